// The command braid runs real programs as a structured tree of tasks: they
// start together, one failure stops the others, and when braid returns nothing
// that it started, directly or not, is running any more. It also shows the trees of
// tasks of programs that use the library.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/braid-go/braid/cmd/braid/internal/proc"
	"github.com/braid-go/braid/vet"
)

func main() {
	proc.Guard()
	if vet.IsTool(os.Args[1:]) { // started by the go command that braid vet has started
		vet.Tool()
	}
	os.Exit(run(os.Args[1:]))
}

// run gives the exit status.
func run(args []string) int {
	cmd := rootCommand()
	cmd.SetArgs(args)
	at, err := cmd.ExecuteC()
	var usage usageError
	var status exitStatus
	switch {
	case err == nil:
		return 0
	case errors.As(err, &status):
		if status.message != "" {
			fmt.Fprintf(os.Stderr, "%s: %s\n", at.CommandPath(), status.message)
		}
		return status.code
	case errors.As(err, &usage) && usage.noHint:
		fmt.Fprintf(os.Stderr, "%s: %v\n", at.CommandPath(), err)
	default: // the flag parser's own errors are about usage too
		fmt.Fprintf(os.Stderr, "%s: %v; see %s --help\n", at.CommandPath(), err, at.CommandPath())
	}
	return statusUsage
}
