// The recover is in a function of its own.

package recovered

import (
	"context"
	"fmt"
	"log"
	"sync"

	"golang.org/x/sync/errgroup"
)

func logPanic() {
	if r := recover(); r != nil {
		log.Println(r)
	}
}

func drop() { recover() }

func toError(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("%v", r)
	}
}

func raiseAgain() {
	if r := recover(); r != nil {
		log.Println(r)
		panic(r)
	}
}

type worker struct{ last any }

func (w *worker) logPanic() {
	if r := recover(); r != nil {
		log.Println(r)
	}
}

func (w *worker) keepPanic() { w.last = recover() }

func namedInTask(g *errgroup.Group) {
	g.Go(func() error {
		defer logPanic() // want `after the recover of logPanic the function returns nil`
		return f()
	})
}

func (w *worker) run() error {
	defer w.logPanic() // want `after the recover of logPanic`
	return f()
}

func namedSilent(ctx context.Context) {
	defer drop() // want `what was recovered is dropped`
	f()
}

// What follows is fine.

func namedSet(g *errgroup.Group) {
	g.Go(func() (err error) {
		defer toError(&err)
		return f()
	})
}

func namedAgain() error {
	defer raiseAgain()
	return f()
}

func (w *worker) runKept() error {
	defer w.keepPanic()
	return f()
}

func namedLogged(wg *sync.WaitGroup) {
	wg.Go(func() {
		defer logPanic()
		f()
	})
}

func inBetween() error {
	func() {
		defer drop()
		f()
	}()
	return f()
}

func literalSet() (err error) {
	defer func(e *error) {
		if r := recover(); r != nil {
			log.Println(r)
			*e = fmt.Errorf("%v", r)
		}
	}(&err)
	return f()
}
