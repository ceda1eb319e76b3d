package unbounded_all

import (
	"bufio"
	"context"
	"database/sql"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"github.com/braid-go/braid"
	"github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"
)

func handle(net.Conn) {}

func work(string) error { return nil }

type stream struct{}

func (*stream) Recv() (*string, error) { return nil, nil }

type limiter struct{}

func (*limiter) Wait(context.Context) error { return nil }

// Found.

func accept(l net.Listener) error {
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		go handle(conn) // want `a goroutine for each connection`
	}
}

func acceptUntil(ctx context.Context, l net.Listener) {
	for ctx.Err() == nil {
		conn, err := l.Accept()
		if err != nil {
			continue
		}
		go func() { // want `a goroutine for each connection`
			defer conn.Close()
			handle(conn)
		}()
	}
}

func acceptGroup(l net.Listener) error {
	var g errgroup.Group
	for {
		conn, err := l.Accept()
		if err != nil {
			break
		}
		g.Go(func() error { // want `a goroutine for each connection`
			handle(conn)
			return nil
		})
	}
	return g.Wait()
}

func rows(rows *sql.Rows) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return err
		}
		wg.Add(1)
		go func() { // want `a goroutine for each row`
			defer wg.Done()
			_ = work(s)
		}()
	}
	return rows.Err()
}

func lines(r io.Reader) error {
	var g errgroup.Group
	sc := bufio.NewScanner(r)
	for sc.Scan() {
		line := sc.Text()
		g.Go(func() error { return work(line) }) // want `a goroutine for each line`
	}
	return g.Wait()
}

func readLines(r *bufio.Reader) {
	var wg sync.WaitGroup
	defer wg.Wait()
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		wg.Go(func() { _ = work(line) }) // want `a goroutine for each line`
	}
}

func channel(jobs <-chan string) {
	for job := range jobs {
		go work(job) // want `a goroutine for each value of a channel`
	}
}

func selects(ctx context.Context, jobs <-chan string) {
	for {
		select {
		case <-ctx.Done():
			return
		case job := <-jobs:
			go func() { _ = work(job) }() // want `value of a channel`
		}
	}
}

func messages(s *stream) error {
	for {
		msg, err := s.Recv()
		if err != nil {
			return err
		}
		go work(*msg) // want `a goroutine for each message`
	}
}

func pools(jobs <-chan string) {
	p := pool.New()
	for job := range jobs {
		p.Go(func() { _ = work(job) }) // want `value of a channel`
	}
	p.Wait()
}

func run(ctx context.Context, jobs <-chan string) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for job := range jobs {
			g.Go(func(context.Context) error { return work(job) }) // want `value of a channel`
		}
		return nil
	})
}

// Left alone.

func semaphore(l net.Listener) error {
	slots := make(chan struct{}, 10)
	for {
		slots <- struct{}{}
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer func() { <-slots }()
			handle(conn)
		}()
	}
}

func tokens(jobs <-chan string, tokens chan struct{}) {
	for job := range jobs {
		<-tokens
		go func() {
			_ = work(job)
			tokens <- struct{}{}
		}()
	}
}

func rate(ctx context.Context, jobs <-chan string, l *limiter) {
	for job := range jobs {
		if l.Wait(ctx) != nil {
			return
		}
		go work(job)
	}
}

func setLimit(jobs <-chan string) error {
	var g errgroup.Group
	g.SetLimit(10)
	for job := range jobs {
		g.Go(func() error { return work(job) })
	}
	return g.Wait()
}

func given(g *errgroup.Group, jobs <-chan string) {
	for job := range jobs {
		g.Go(func() error { return work(job) })
	}
}

func poolLimited(jobs <-chan string) {
	p := pool.New().WithMaxGoroutines(4)
	for job := range jobs {
		p.Go(func() { _ = work(job) })
	}
	p.Wait()
}

func runLimited(ctx context.Context, jobs <-chan string) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for job := range jobs {
			g.Go(func(context.Context) error { return work(job) })
		}
		return nil
	}, braid.Limit(4))
}

func backPressure(ctx context.Context, jobs <-chan string) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for job := range jobs {
			if err := g.GoWait(ctx, func(context.Context) error { return work(job) }); err != nil {
				return err
			}
		}
		return nil
	})
}

func workers(jobs <-chan string) {
	for range 4 {
		go func() {
			for job := range jobs {
				_ = work(job)
			}
		}()
	}
}

func ticks(t *time.Ticker, signals chan os.Signal) {
	for range t.C {
		go work("tick")
	}
	for s := range signals {
		go work(s.String())
	}
}

func fixed(names [3]string) {
	for _, n := range names {
		go work(n)
	}
}

func list(names []string) {
	for _, n := range names {
		go work(n)
	}
}

func ServeAll(l net.Listener) error {
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		go handle(conn)
	}
}

func oneByOne(jobs <-chan string) {
	for job := range jobs {
		done := make(chan struct{})
		go func() {
			defer close(done)
			_ = work(job)
		}()
		<-done
	}
}

func maximum(jobs <-chan string, max int) {
	var mu sync.Mutex
	active := 0
	for job := range jobs {
		mu.Lock()
		full := active >= max
		mu.Unlock()
		if full {
			continue
		}
		go work(job)
	}
}
