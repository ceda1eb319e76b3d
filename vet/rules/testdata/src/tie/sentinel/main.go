// Errors that are compared with errors.Is.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
)

var errOwn = fmt.Errorf("own")

func main() {
	for _, err := range []error{nil, fs.ErrNotExist, errOwn, io.EOF, context.Canceled} {
		fmt.Println(compared(err), turned(err), switched(err), other(err, err))
	}
	fmt.Println(reads(), depth(fmt.Errorf("more: %w", errOwn)))
	fmt.Println(mine{}.Is(errOwn))
}

func compared(err error) bool {
	return err == fs.ErrNotExist || err != errOwn && err != nil // want `== does not see through` `== does not see through`
}

func turned(err error) bool {
	return errOwn == err // want `== does not see through`
}

func switched(err error) string {
	switch err { // want `a switch does not see through`
	case nil:
		return "none"
	case context.Canceled, context.DeadlineExceeded:
		return "cancelled"
	case errOwn:
		return "own"
	default:
		return "other"
	}
}

func other(a, b error) bool { return a == b }

// What a reader returns at its end is io.EOF itself.
func reads() (n int) {
	r := bufio.NewReader(strings.NewReader("abc"))
	for {
		_, err := r.ReadByte()
		if err == io.EOF {
			return n
		}
		n++
	}
}

// Of what is taken apart here == asks for one layer.
func depth(err error) (n int) {
	for ; err != nil && err != errOwn; n++ {
		err = errors.Unwrap(err)
	}
	return n
}

type mine struct{}

func (mine) Error() string { return "mine" }

func (mine) Is(err error) bool { return err == errOwn }
