package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"sync/atomic"

	"github.com/braid-go/braid"

	"github.com/braid-go/braid/cmd/braid/internal/input"
	"github.com/braid-go/braid/progress"
)

// How many arguments are read before their turn comes, in number and in bytes.
const (
	readAhead      = 1 << 16
	readAheadBytes = 16 << 20
)

// A source gives the arguments of a map one after another: those of the
// command line, or what a file or standard input holds. The latter is read
// while commands run already, so that the input may be endless.
type source struct {
	listed []string
	file   *os.File
	reader *input.Reader
	ahead  chan string
	bytes  atomic.Int64  // in ahead
	room   chan struct{} // somebody took from ahead
	seen   atomic.Int64
	err    error // what ended the reading; set before ahead is closed
}

func (m *mapping) source(args []string, listed bool) (*source, error) {
	from := &source{ahead: make(chan string, readAhead), room: make(chan struct{}, 1)}
	switch {
	case listed && m.o.file != "":
		return nil, usageError{error: fmt.Errorf("arguments come from --arg-file or from behind :::, not from both")}
	case listed:
		from.listed = args
		return from, nil
	case m.o.file == "" || m.o.file == "-":
		from.file = os.Stdin
		if isTerminal(os.Stdin) {
			fmt.Fprintln(os.Stderr, "braid map: reading arguments from the terminal, one a line, until Ctrl-D")
		}
	default:
		f, err := os.Open(m.o.file)
		if err != nil {
			return nil, noHint("cannot read the arguments: %v", err)
		}
		from.file = f
	}
	end := byte('\n')
	if m.o.null {
		end = 0
	}
	from.reader = input.New(from.file, end)
	return from, nil
}

func (f *source) close() {
	if f.file != nil && f.file != os.Stdin {
		f.file.Close()
	}
}

// read reads ahead until the end, an error, or the death of ctx; p is told how
// many arguments there are so far, and whether these are all.
func (f *source) read(ctx context.Context, p *progress.Progress) error {
	defer close(f.ahead)
	for i := 0; ; i++ {
		arg, err := f.fetch(ctx, i)
		if err != nil {
			if err != io.EOF && ctx.Err() == nil {
				f.err = err
			}
			p.Total(i)
			return nil
		}
		f.seen.Store(int64(i + 1))
		p.AtLeast(i + 1)
		for f.bytes.Load() > readAheadBytes {
			select {
			case <-f.room:
			case <-ctx.Done():
				return nil //braid:ignore swallowed a background task, which ends when nobody needs more
			}
		}
		f.bytes.Add(int64(len(arg)))
		select {
		case f.ahead <- arg:
		case <-ctx.Done():
			return nil //braid:ignore swallowed a background task, which ends when nobody needs more
		}
	}
}

func (f *source) fetch(ctx context.Context, i int) (string, error) {
	if f.reader == nil {
		if i == len(f.listed) {
			return "", io.EOF
		}
		return f.listed[i], nil
	}
	// A read from a terminal or a pipe cannot be interrupted.
	return braid.Abandon(ctx, f.reader.Next, func(string, error) {}, braid.Name("read"))
}

// next gives the next argument; ok is false at the end and when ctx is dead.
func (f *source) next(ctx context.Context) (arg string, ok bool) {
	if ctx.Err() != nil {
		return "", false
	}
	select {
	case arg, ok = <-f.ahead:
		f.bytes.Add(-int64(len(arg)))
		select {
		case f.room <- struct{}{}:
		default:
		}
		return arg, ok
	case <-ctx.Done():
		return "", false
	}
}

// total is how many arguments are known of.
func (f *source) total() int { return max(len(f.listed), int(f.seen.Load())) }
