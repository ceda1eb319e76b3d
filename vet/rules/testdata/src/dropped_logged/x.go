package dropped_logged

import (
	"log"

	"golang.org/x/sync/errgroup"
)

func logged(fs []func() error, seal func() error) error {
	var g errgroup.Group
	for _, f := range fs {
		g.Go(f)
	}
	if err := g.Wait(); err != nil { // want `the group's error is only logged`
		log.Println("index", err)
	}
	return seal()
}

func loggedAndGiven(fs []func() error, seal func() error) error {
	var g errgroup.Group
	for _, f := range fs {
		g.Go(f)
	}
	if err := g.Wait(); err != nil {
		log.Println("index", err)
		return err
	}
	return seal()
}

// It has no error to give.
func loggedHere(fs []func() error) {
	var g errgroup.Group
	for _, f := range fs {
		g.Go(f)
	}
	if err := g.Wait(); err != nil {
		log.Println("index", err)
	}
}
