package look

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"time"

	"github.com/braid-go/braid/inspect"
)

// This file follows a program's changes.

// silence is how long a server may say nothing at all: it speaks every 15 s.
const silence = 40 * time.Second

// An Event is the tree, or what has changed in it since.
type Event struct {
	Tree  *inspect.Snapshot
	Patch *inspect.Patch
}

// errEnd is the end of what a program sends.
var errEnd = errors.New("the program has ended, or closed the connection")

// Follow calls tell with the tree and then with each change, until ctx dies or
// the program ends. It always gives an error. A program has so long to begin to
// answer.
func (t *Target) Follow(ctx context.Context, query url.Values, begin time.Duration, tell func(Event)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	late := time.AfterFunc(begin, func() { cancel(context.DeadlineExceeded) })
	defer late.Stop()
	defer t.Close()
	res, err := t.get(ctx, "events", query)
	if err != nil {
		if context.Cause(ctx) == context.DeadlineExceeded {
			err = t.explained(ctx, context.DeadlineExceeded)
		}
		return err
	}
	defer res.Body.Close()
	r := bufio.NewReaderSize(res.Body, 1<<16)
	for {
		late.Reset(silence)
		kind, data, err := readEvent(r)
		switch {
		case context.Cause(ctx) == context.DeadlineExceeded:
			return fmt.Errorf("%s has said nothing for long", t.Name)
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil:
			return errEnd
		}
		var e Event
		switch kind {
		case "tree":
			e.Tree, err = t.read(data)
		case "patch":
			e.Patch, err = t.readPatch(data)
		default:
			continue
		}
		if err != nil {
			return err
		}
		tell(e)
	}
}

// readEvent reads the next event; of one that is a comment the kind is empty.
func readEvent(r *bufio.Reader) (kind string, data []byte, err error) {
	for {
		line, err := readLine(r)
		switch {
		case err != nil:
			return "", nil, err
		case len(line) == 0:
			return kind, data, nil
		case bytes.HasPrefix(line, []byte("event: ")):
			kind = string(line[7:])
		case bytes.HasPrefix(line, []byte("data: ")):
			data = line[6:]
		}
	}
}

func readLine(r *bufio.Reader) (line []byte, err error) {
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case err == bufio.ErrBufferFull && len(line) < most:
		case err == nil:
			return bytes.TrimRight(line, "\r\n"), nil
		case err == io.EOF:
			return nil, io.ErrUnexpectedEOF
		default:
			return nil, err
		}
	}
}
