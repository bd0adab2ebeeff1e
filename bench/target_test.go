package main

import (
	"os"
	"testing"
)

// A server that was started again has had the memory that it had before, too.
func TestPeak(t *testing.T) {
	own, err := process(os.Getpid()).peak()
	if err != nil {
		t.Fatal(err)
	}
	for earlier, least := range map[int64]int64{0: own, 1: own, 1 << 50: 1 << 50} {
		target := &target{process: process(os.Getpid()), earlier: earlier}
		if got, err := target.peak(); err != nil || got < least || got > max(least, 1<<40) {
			t.Errorf("after a process of %d bytes the peak is %d, %v; want %d", earlier, got, err, least)
		}
	}
}
