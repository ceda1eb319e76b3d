//go:build !unix

package proc

import (
	"errors"
	"os"
	"syscall"
)

// Where there are no process groups there is nothing to build on: the command
// compiles and says so.

var (
	ErrClosed      = errors.New("everything is being stopped")
	errUnsupported = errors.New("braid runs programs on Unix systems only")
)

type Spec struct {
	Path           string
	Argv           []string
	Stdout, Stderr *os.File
	Pipes          []*os.File
}

type (
	Keeper struct{}
	Proc   struct{}
)

func Guard() {}

func New() (*Keeper, error) { return nil, errUnsupported }

func (*Keeper) Start(Spec) (*Proc, error) { return nil, errUnsupported }
func (*Keeper) Rest() *Proc               { return nil }
func (*Keeper) KillAll()                  {}
func (*Keeper) Close()                    {}

func (*Proc) Pid() int                { return 0 }
func (*Proc) Exited() <-chan struct{} { return nil }
func (*Proc) Gone() <-chan struct{}   { return nil }
func (*Proc) Status() Status          { return Status{} }
func (*Proc) Left() int               { return 0 }
func (*Proc) Killed() bool            { return false }
func (*Proc) Untouched() []int        { return nil }
func (*Proc) Terminate()              {}
func (*Proc) Kill()                   {}

func SignalName(sig syscall.Signal) string { return sig.String() }
