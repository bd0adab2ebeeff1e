// Pratique is a container registry that speaks ECR's APIs and enforces IAM, and
// the command line that lets platforms pull from it or from ECR itself.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	a := &app{
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
		paint: paintFor(os.Stdout, os.Getenv),
		now:   time.Now, getenv: os.Getenv,
	}
	code := a.run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}
