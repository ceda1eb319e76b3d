package output

import (
	"io"
	"sync"
)

// Ordered prints what commands write in the order in which their slots were
// made. The first command that has not ended may print as it goes; the others
// wait in spools.
type Ordered struct {
	out, err io.Writer
	store    Store

	mu    sync.Mutex // held while a slot's turn passes to the next
	slots []*Slot    // those that have not had their turn; the first has it
	fault error      // the first failure to print
}

// NewOrdered prints to out and err.
func NewOrdered(out, err io.Writer) *Ordered { return &Ordered{out: out, err: err} }

// A Slot is the place of one command.
type Slot struct {
	o      *Ordered
	live   bool // may print before its end
	mu     sync.Mutex
	turn   bool
	closed bool
	out    Spool
	err    Spool
}

// Slot makes the next place. If live is false, what the command writes is
// held back to its end, so that [Slot.Reset] can take it back.
func (o *Ordered) Slot(live bool) *Slot {
	s := &Slot{o: o, live: live, out: Spool{store: &o.store}, err: Spool{store: &o.store}}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.slots = append(o.slots, s)
	if len(o.slots) == 1 {
		s.turn = true
	}
	return s
}

// Stdout and Stderr are what the command writes to.
func (s *Slot) Stdout() io.Writer { return slotWriter{s, &s.out, s.o.out} }
func (s *Slot) Stderr() io.Writer { return slotWriter{s, &s.err, s.o.err} }

type slotWriter struct {
	s     *Slot
	spool *Spool
	to    io.Writer
}

func (w slotWriter) Write(p []byte) (int, error) {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	if w.s.turn && w.s.live {
		return w.to.Write(p)
	}
	return w.spool.Write(p)
}

// Reset forgets what has been written and not been printed.
func (s *Slot) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.out.Reset()
	s.err.Reset()
}

// Close ends the slot. If keep is false, what has not been printed yet is
// forgotten. The error is the first failure to print anything.
func (s *Slot) Close(keep bool) error {
	if !keep {
		s.Reset()
	}
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	return s.o.advance()
}

// advance passes the turn on as far as it goes.
func (o *Ordered) advance() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for len(o.slots) > 0 {
		s := o.slots[0]
		s.mu.Lock()
		s.turn = true
		closed := s.closed
		if closed || s.live {
			o.flush(s)
		}
		s.mu.Unlock()
		if !closed {
			break
		}
		o.slots[0] = nil
		o.slots = o.slots[1:]
	}
	return o.fault
}

func (o *Ordered) flush(s *Slot) {
	for _, stream := range []struct {
		spool *Spool
		to    io.Writer
	}{{&s.out, o.out}, {&s.err, o.err}} {
		if o.fault != nil {
			stream.spool.Reset()
		} else if err := stream.spool.Flush(stream.to); err != nil {
			o.fault = err
		}
	}
}

// Finish prints what is left of ended commands, when all have ended; slots
// that were never closed are passed over.
func (o *Ordered) Finish() error {
	o.mu.Lock()
	for _, s := range o.slots {
		s.mu.Lock()
		s.closed = true
		s.mu.Unlock()
	}
	o.mu.Unlock()
	err := o.advance()
	o.store.Close()
	return err
}
