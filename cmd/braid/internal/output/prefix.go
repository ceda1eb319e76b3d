package output

import (
	"bytes"
	"io"
	"sync"
)

// maxLine is where a line without an end is cut, so that it need not be kept.
const maxLine = 64 << 10

// Prefixed writes whole lines, each with a prefix. Writers that share a lock
// do not mix their lines.
type Prefixed struct {
	lock    *sync.Mutex
	to      io.Writer
	prefix  []byte
	partial []byte
	cut     bool // the last line was, and nothing has come since
}

// NewPrefixed makes a writer to to, which only writers with the same lock use.
func NewPrefixed(lock *sync.Mutex, to io.Writer, prefix string) *Prefixed {
	return &Prefixed{lock: lock, to: to, prefix: []byte(prefix)}
}

func (w *Prefixed) Write(p []byte) (int, error) {
	var lines []byte
	for rest := p; len(rest) > 0; {
		if w.cut && rest[0] == '\n' { // which that line has
			w.cut, rest = false, rest[1:]
			continue
		}
		end := bytes.IndexByte(rest, '\n') + 1
		if end == 0 {
			end = len(rest)
		}
		room := maxLine - len(w.partial)
		if end > room {
			end = room
		}
		w.partial = append(w.partial, rest[:end]...)
		rest, w.cut = rest[end:], false
		if w.partial[len(w.partial)-1] == '\n' || len(w.partial) == maxLine {
			lines = w.take(lines)
		}
	}
	if err := w.emit(lines); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (w *Prefixed) take(lines []byte) []byte {
	lines = append(lines, w.prefix...)
	lines = append(lines, w.partial...)
	if lines[len(lines)-1] != '\n' {
		lines = append(lines, '\n')
		w.cut = true
	}
	w.partial = w.partial[:0]
	return lines
}

func (w *Prefixed) emit(lines []byte) error {
	if len(lines) == 0 {
		return nil
	}
	w.lock.Lock()
	defer w.lock.Unlock()
	_, err := w.to.Write(lines)
	return err
}

// Close writes the last line if it has no end.
func (w *Prefixed) Close() error {
	if len(w.partial) == 0 {
		return nil
	}
	return w.emit(w.take(nil))
}
