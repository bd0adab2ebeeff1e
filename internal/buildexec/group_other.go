//go:build !unix

package buildexec

import "os/exec"

// group and endGroup do nothing here: only the program itself is ended.

func group(*exec.Cmd)    {}
func endGroup(*exec.Cmd) {}
