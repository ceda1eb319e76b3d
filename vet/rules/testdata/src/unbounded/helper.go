package unbounded

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/csv"
	"io"
	"io/fs"
	"path/filepath"
	"sync"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

// Functions that start a goroutine whenever they are called.

func add(g *errgroup.Group, rec string) {
	g.Go(func() error { return work(rec) })
}

func byAdd(r io.Reader) error {
	recs := csv.NewReader(r)
	var g, few errgroup.Group
	few.SetLimit(4)
	for {
		rec, err := recs.Read()
		if err != nil {
			break
		}
		add(&few, rec[0])
		add(&g, rec[0]) // want `a goroutine for each line`
	}
	return g.Wait()
}

type loader struct {
	wg    sync.WaitGroup
	slots chan struct{}
	busy  bool
}

func (l *loader) handle(rec string) {
	l.wg.Add(1)
	go func() {
		defer l.wg.Done()
		_ = work(rec)
	}()
}

func (l *loader) byHandle(lines *bufio.Scanner) {
	defer l.wg.Wait()
	for lines.Scan() {
		l.handle(lines.Text()) // want `a goroutine for each line`
	}
}

func byLiteral(rows *sql.Rows) error {
	var g errgroup.Group
	start := func(id string) {
		g.Go(func() error { return work(id) })
	}
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return err
		}
		start(id) // want `a goroutine for each row`
	}
	return g.Wait()
}

func fork(g *braid.Group, id string) {
	g.Go(func(ctx context.Context) error { return byID(ctx, id) })
}

func byFork(ctx context.Context, lines *bufio.Scanner) error {
	err := braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for lines.Scan() {
			fork(g, lines.Text()) // want `a goroutine for each line`
		}
		return nil
	})
	if err != nil {
		return err
	}
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for lines.Scan() {
			fork(g, lines.Text())
		}
		return nil
	}, braid.Limit(4))
}

func walkByAdd(root string) error {
	var g errgroup.Group
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		l := loader{}
		l.handle(path) // want `a goroutine for each file of a tree`
		return err
	})
	if err != nil {
		return err
	}
	return g.Wait()
}

// Held back, waited for, or not always.

func (l *loader) slotted(rec string) {
	l.slots <- struct{}{}
	go func() {
		defer func() { <-l.slots }()
		_ = work(rec)
	}()
}

func (l *loader) once(rec string) {
	if l.busy {
		return
	}
	l.busy = true
	go work(rec)
}

func (l *loader) perhaps(rec string) {
	if rec != "" {
		go work(rec)
	}
}

func (l *loader) waits(rec string) {
	done := make(chan error)
	go func() { done <- work(rec) }()
	<-done
}

func answer(rec string) <-chan error {
	done := make(chan error, 1)
	go func() { done <- work(rec) }()
	return done
}

func others(l *loader, lines *bufio.Scanner) {
	for lines.Scan() {
		l.slotted(lines.Text())
		l.once(lines.Text())
		l.perhaps(lines.Text())
		l.waits(lines.Text())
	}
	for lines.Scan() {
		<-answer(lines.Text())
	}
	for lines.Scan() {
		l.handle(lines.Text())
		l.wg.Wait()
	}
	if lines.Scan() {
		l.handle(lines.Text())
	}
}
