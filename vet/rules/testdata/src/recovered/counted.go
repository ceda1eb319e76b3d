// A panic that is counted, and is forgotten all the same.

package recovered

import (
	"context"
	"errors"
	"fmt"
	"log"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

type counting struct {
	panics, asked, seen atomic.Int64
	total               int64
	failures            int
	last                string
}

var allPanics int64

func (w *counting) rescue(id int) {
	if r := recover(); r != nil {
		w.panics.Add(1)
		log.Println(id, r)
	}
}

func (w *counting) handle(id int) error {
	defer w.rescue(id) // want `after the recover of rescue the function returns nil`
	return f()
}

func (w *counting) inTask(g *errgroup.Group) {
	g.Go(func() error {
		defer func() {
			if r := recover(); r != nil { // want `after this recover the function returns nil`
				atomic.AddInt64(&w.total, 1)
				log.Println(r)
			}
		}()
		return f()
	})
}

func countedForAll(ctx context.Context) error {
	defer func() {
		if r := recover(); r != nil { // want `after this recover the function returns nil`
			atomic.AddInt64(&allPanics, 1)
			log.Println(r)
		}
	}()
	return f()
}

func (w *counting) stats() string { return fmt.Sprint(w.panics.Load(), atomic.LoadInt64(&w.total)) }

// What follows is fine.

func (w *counting) rescueTo(err *error, id int) {
	if r := recover(); r != nil {
		w.panics.Add(1)
		*err = fmt.Errorf("%d: %v", id, r)
	}
}

func (w *counting) handleTo(id int) (err error) {
	defer w.rescueTo(&err, id)
	return f()
}

func (w *counting) rescueAsked() {
	if r := recover(); r != nil {
		w.asked.Add(1)
		log.Println(r)
	}
}

func (w *counting) handleAsked() error {
	defer w.rescueAsked()
	return f()
}

func (w *counting) all() error {
	if w.asked.Load() > 0 {
		return errors.New("some have panicked")
	}
	return nil
}

func (w *counting) rescueSeen() {
	if r := recover(); r != nil {
		w.seen.Add(1)
	}
}

func (w *counting) handleSeen() error {
	defer w.rescueSeen()
	return f()
}

func (w *counting) good() bool { return w.seen.Load() == 0 }

func countedHere(ids []int) error {
	var failed atomic.Int64
	for range ids {
		func() (err error) {
			defer func() {
				if r := recover(); r != nil {
					failed.Add(1)
					log.Println(r)
				}
			}()
			return f()
		}()
	}
	if failed.Load() > 0 {
		return errors.New("failed")
	}
	return nil
}

func (w *counting) rescueKept() {
	if r := recover(); r != nil {
		w.panics.Add(1)
		w.last = fmt.Sprint(r)
	}
}

func (w *counting) handleKept() error {
	defer w.rescueKept()
	return f()
}

func (w *counting) rescueIn() {
	if r := recover(); r != nil {
		w.failures++
	}
}

func (w *counting) handleIn() error {
	defer w.rescueIn()
	return f()
}
