// Package input reads arguments, one a line.
package input

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

// MaxArg is the longest argument that Linux takes (MAX_ARG_STRLEN, less the
// zero at its end).
const MaxArg = 128<<10 - 1

// A Reader takes arguments from a stream. Empty ones are passed over.
type Reader struct {
	r   *bufio.Reader
	end byte
	n   int // arguments seen, the empty ones included
}

// New reads from r; end stands behind each argument, at the last optionally.
func New(r io.Reader, end byte) *Reader {
	return &Reader{r: bufio.NewReaderSize(r, MaxArg+1), end: end}
}

// Next gives the next argument, or io.EOF.
func (r *Reader) Next() (string, error) {
	for {
		word, err := r.r.ReadSlice(r.end)
		r.n++
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			return "", fmt.Errorf("argument %d is longer than the %d bytes a program can be given", r.n, MaxArg)
		case err != nil && err != io.EOF:
			return "", err
		}
		if n := len(word) - 1; n >= 0 && word[n] == r.end {
			word = word[:n]
		}
		for _, c := range word {
			if c == 0 {
				return "", fmt.Errorf("argument %d has a zero byte in it, which no program can be given (for a list parted by zero bytes use --null)", r.n)
			}
		}
		if len(word) > 0 {
			return string(word), nil
		}
		if err != nil {
			return "", io.EOF
		}
	}
}
