//go:build race

package servertest_test

// raceDetector tells that everything takes ten times as long.
const raceDetector = true
