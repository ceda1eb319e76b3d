// Package output puts what many commands write into an order a reader can
// follow: kept together and in the order of the input (ordered.go), or as it
// comes, each line with the name of its command (prefix.go). Memory is
// bounded: what has to wait goes to a file beyond a point (spool.go).
package output

import (
	"fmt"
	"io"
	"os"
	"sync"
)

const (
	spoolMemory = 1 << 20  // what one command may keep in memory
	storeMemory = 64 << 20 // and all of them together
)

// A Store holds what the spools have no memory for, in one temporary file
// that has no name: it vanishes with the process, however that ends.
type Store struct {
	mu     sync.Mutex
	memory int      // bytes granted to spools
	file   *os.File // made when needed
	end    int64
	used   int64 // bytes of it that somebody will still read
}

type extent struct{ at, size int64 }

func (s *Store) grant(n int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.memory+n > storeMemory {
		return false
	}
	s.memory += n
	return true
}

func (s *Store) append(p []byte) (extent, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == nil {
		f, err := os.CreateTemp("", "braid-*")
		if err != nil {
			return extent{}, fmt.Errorf("cannot keep the output in a temporary file: %w", err)
		}
		_ = os.Remove(f.Name())
		s.file = f
	}
	if _, err := s.file.WriteAt(p, s.end); err != nil {
		return extent{}, fmt.Errorf("cannot keep the output in a temporary file: %w", err)
	}
	e := extent{s.end, int64(len(p))}
	s.end += e.size
	s.used += e.size
	return e, nil
}

// release takes back memory and file; the file is cut when nobody needs it.
func (s *Store) release(memory int, extents []extent) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.memory -= memory
	for _, e := range extents {
		s.used -= e.size
	}
	if s.used == 0 && s.end > 0 {
		s.end = 0
		_ = s.file.Truncate(0)
	}
}

// Close gives the file back.
func (s *Store) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file != nil {
		s.file.Close()
	}
}

// A Spool keeps bytes until they are wanted: up to a point in memory, then in
// the store. It is not for concurrent use.
type Spool struct {
	store   *Store
	memory  []byte
	extents []extent // what follows memory
}

// NewSpool makes a spool that is kept in s.
func NewSpool(s *Store) *Spool { return &Spool{store: s} }

func (b *Spool) Write(p []byte) (int, error) {
	if len(b.extents) == 0 && len(b.memory)+len(p) <= spoolMemory && b.store.grant(len(p)) {
		b.memory = append(b.memory, p...)
		return len(p), nil
	}
	e, err := b.store.append(p)
	if err != nil {
		return 0, err
	}
	if last := len(b.extents) - 1; last >= 0 && b.extents[last].at+b.extents[last].size == e.at {
		b.extents[last].size += e.size
	} else {
		b.extents = append(b.extents, e)
	}
	return len(p), nil
}

// Flush writes everything to w and forgets it.
func (b *Spool) Flush(w io.Writer) error {
	defer b.Reset()
	if len(b.memory) > 0 {
		if _, err := w.Write(b.memory); err != nil {
			return err
		}
	}
	for _, e := range b.extents {
		if _, err := io.Copy(w, io.NewSectionReader(b.store.file, e.at, e.size)); err != nil {
			return err
		}
	}
	return nil
}

// Tail gives the end of what is kept, n bytes at most.
func (b *Spool) Tail(n int) []byte {
	if len(b.extents) == 0 {
		return b.memory[max(0, len(b.memory)-n):]
	}
	last := b.extents[len(b.extents)-1]
	size := min(last.size, int64(n))
	tail := make([]byte, size)
	got, _ := b.store.file.ReadAt(tail, last.at+last.size-size)
	return tail[:got]
}

// Reset forgets everything.
func (b *Spool) Reset() {
	b.store.release(len(b.memory), b.extents)
	b.memory, b.extents = nil, nil
}
