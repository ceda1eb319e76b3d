package stranded

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

func query(string) (string, error) { return "", nil }

func work(context.Context, string) error { return nil }

// Found.

func timeout(u string) (string, error) {
	answer := make(chan string)
	go func() {
		a, _ := query(u)
		answer <- a // want `the receiver may leave at line 27`
	}()
	select {
	case a := <-answer:
		return a, nil
	case <-time.After(time.Second):
		return "", errors.New("timeout")
	}
}

func cancelled(ctx context.Context, u string) (string, error) {
	answer := make(chan string)
	go func() {
		a, _ := query(u)
		answer <- a // want `the receiver may leave`
	}()
	for {
		select {
		case a := <-answer:
			return a, nil
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

func earlyReturn(u string) (string, error) {
	answer := make(chan string)
	go func() {
		a, _ := query(u)
		answer <- a // want `the receiver may leave`
	}()
	if u == "" {
		return "", errors.New("no url")
	}
	return <-answer, nil
}

func ask(u string, answer chan<- string) {
	a, _ := query(u)
	answer <- a // want `the receiver may leave`
}

func named(ctx context.Context, u string) (string, error) {
	answer := make(chan string)
	go ask(u, answer)
	select {
	case a := <-answer:
		return a, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func fastest(mirrors []string) string {
	answer := make(chan string)
	for _, m := range mirrors {
		go func() {
			a, _ := query(m)
			answer <- a // want `received from fewer times than it is sent to`
		}()
	}
	return <-answer
}

func fastestOfTwo() string {
	answer := make(chan string)
	go func() { answer <- "a" }() // want `fewer times`
	go func() { answer <- "b" }() // want `fewer times`
	return <-answer
}

func fastestParam(mirrors []string) string {
	answer := make(chan string)
	for _, m := range mirrors {
		go func(m string, to chan string) {
			a, _ := query(m)
			to <- a // want `fewer times`
		}(m, answer)
	}
	return <-answer
}

func fastestOfThreeWithRoomForOne() string {
	answer := make(chan string, 1)
	for i := 0; i < 3; i++ {
		go func() { answer <- "a" }() // want `fewer times`
	}
	return <-answer
}

func firstError(us []string) error {
	errs := make(chan error)
	for _, u := range us {
		go func() {
			_, err := query(u)
			errs <- err // want `while more is sent`
		}()
	}
	for range us {
		if err := <-errs; err != nil {
			return err
		}
	}
	return nil
}

func twoErrors() error {
	errs := make(chan error)
	go func() { errs <- errors.New("a") }() // want `while more is sent`
	go func() { errs <- errors.New("b") }() // want `while more is sent`
	if err := <-errs; err != nil {
		return err
	}
	return <-errs
}

func stopsReading(xs []string) error {
	ch := make(chan string)
	go func() {
		defer close(ch)
		for _, x := range xs {
			ch <- x // want `while more is sent`
		}
	}()
	for x := range ch {
		if _, err := query(x); err != nil {
			return err
		}
	}
	return nil
}

func find(xs []string) (found bool) {
	ch := make(chan string)
	go func() {
		defer close(ch)
		for _, x := range xs {
			ch <- x // want `while more is sent`
		}
	}()
	for x := range ch {
		if x == "it" {
			found = true
			break
		}
	}
	return found
}

func waitsFirst(xs []string) (n int) {
	results := make(chan string)
	var wg sync.WaitGroup
	for _, x := range xs {
		wg.Add(1)
		go func() {
			defer wg.Done()
			results <- x // want `deadlock: line \d+ waits`
		}()
	}
	wg.Wait()
	close(results)
	for range results {
		n++
	}
	return n
}

func groupWaitsFirst(xs []string) error {
	results := make(chan string)
	var g errgroup.Group
	for _, x := range xs {
		g.Go(func() error {
			results <- x // want `deadlock`
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for range xs {
		<-results
	}
	return nil
}

func nobody(x string) {
	ch := make(chan string)
	go func() {
		ch <- x // want `nobody receives`
	}()
}

func workersLeave(ctx context.Context, jobs []string) error {
	ch := make(chan string)
	var g errgroup.Group
	for range 4 {
		g.Go(func() error {
			for j := range ch {
				if err := work(ctx, j); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for _, j := range jobs {
		ch <- j // want `all who receive from ch may have ended \(line \d+\)`
	}
	close(ch)
	return g.Wait()
}

func workersLeaveProducer(ctx context.Context, jobs []string) error {
	ch := make(chan string)
	var wg sync.WaitGroup
	for range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for {
				j, ok := <-ch
				if !ok {
					return
				}
				if err := work(ctx, j); err != nil {
					return
				}
			}
		}()
	}
	go func() {
		defer close(ch)
		for _, j := range jobs {
			ch <- j // want `all who receive`
		}
	}()
	wg.Wait()
	return nil
}

// The producer is left behind until a context ends that has nothing to do with the workers.
func tablesManager(ctx context.Context, tables []string, parallel int) error {
	ch := make(chan string)
	errs := make(chan error)
	for i := 0; i < parallel; i++ {
		go func() {
			var err error
			defer func() { errs <- err }()
			for {
				select {
				case t, ok := <-ch:
					if !ok {
						return
					}
					err = work(ctx, t)
					if err != nil {
						return
					}
				case <-ctx.Done():
					return
				}
			}
		}()
	}
	go func() {
		for _, t := range tables {
			select {
			case ch <- t: // want `nothing cancels this context`
			case <-ctx.Done():
				return
			}
		}
		close(ch)
	}()
	var first error
	for i := 0; i < parallel; i++ {
		if err := <-errs; err != nil && first == nil {
			first = err
		}
	}
	return first
}

func workersCancelled(ctx context.Context, jobs []string) {
	ch := make(chan string)
	for range 4 {
		go func() {
			for {
				select {
				case j := <-ch:
					_ = work(ctx, j)
				case <-ctx.Done():
					return
				}
			}
		}()
	}
	for _, j := range jobs {
		ch <- j // want `all who receive`
	}
}

// Left alone.

func room(ctx context.Context, u string) (string, error) {
	answer := make(chan string, 1)
	go func() {
		a, _ := query(u)
		answer <- a
	}()
	select {
	case a := <-answer:
		return a, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func selects(ctx context.Context, u string) (string, error) {
	answer := make(chan string)
	go func() {
		a, _ := query(u)
		select {
		case answer <- a:
		case <-ctx.Done():
		}
	}()
	select {
	case a := <-answer:
		return a, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func alwaysReceives(u string) string {
	answer := make(chan string)
	go func() {
		a, _ := query(u)
		answer <- a
	}()
	if u == "" {
		<-answer
		return ""
	}
	return <-answer
}

func roomForAll(mirrors []string) string {
	answer := make(chan string, len(mirrors))
	for _, m := range mirrors {
		go func() {
			a, _ := query(m)
			answer <- a
		}()
	}
	return <-answer
}

func roomForThree() string {
	answer := make(chan string, 3)
	for range 3 {
		go func() { answer <- "a" }()
	}
	return <-answer
}

func eitherChannel(u string) (string, error) {
	answer, failed := make(chan string), make(chan error)
	go func() {
		a, err := query(u)
		if err != nil {
			failed <- err
			return
		}
		answer <- a
	}()
	select {
	case a := <-answer:
		return a, nil
	case err := <-failed:
		return "", err
	}
}

func allErrors(us []string) (err error) {
	errs := make(chan error)
	for _, u := range us {
		go func() {
			_, err := query(u)
			errs <- err
		}()
	}
	for range us {
		if e := <-errs; e != nil && err == nil {
			err = e
		}
	}
	return err
}

func counts(us []string) int {
	results := make(chan string)
	for _, u := range us {
		go func() { results <- u }()
	}
	pending := len(us)
	for {
		<-results
		pending--
		if pending == 0 {
			return len(us)
		}
	}
}

func drains(xs []string) error {
	ch := make(chan string)
	go func() {
		defer close(ch)
		for _, x := range xs {
			ch <- x
		}
	}()
	defer func() {
		for range ch {
		}
	}()
	for x := range ch {
		if _, err := query(x); err != nil {
			return err
		}
	}
	return nil
}

func waitsElsewhere(xs []string) (n int) {
	results := make(chan string)
	var wg sync.WaitGroup
	for _, x := range xs {
		wg.Add(1)
		go func() {
			defer wg.Done()
			results <- x
		}()
	}
	go func() {
		wg.Wait()
		close(results)
	}()
	for range results {
		n++
	}
	return n
}

func handedOut(xs []string) <-chan string {
	ch := make(chan string)
	go func() {
		defer close(ch)
		for _, x := range xs {
			ch <- x
		}
	}()
	return ch
}

func workersGroupContext(ctx context.Context, jobs []string) error {
	ch := make(chan string)
	g, ctx := errgroup.WithContext(ctx)
	for range 4 {
		g.Go(func() error {
			for j := range ch {
				if err := work(ctx, j); err != nil {
					return err
				}
			}
			return nil
		})
	}
	g.Go(func() error {
		defer close(ch)
		for _, j := range jobs {
			select {
			case ch <- j:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	return g.Wait()
}

func workersStay(ctx context.Context, jobs []string) {
	ch := make(chan string)
	for range 4 {
		go func() {
			for j := range ch {
				if err := work(ctx, j); err != nil {
					continue
				}
			}
		}()
	}
	for _, j := range jobs {
		ch <- j
	}
	close(ch)
}

func workersToldToEnd(ctx context.Context, jobs []string, quit chan struct{}) {
	ch := make(chan string)
	go func() {
		for {
			select {
			case j := <-ch:
				_ = work(ctx, j)
			case <-quit:
				return
			}
		}
	}()
	for _, j := range jobs {
		ch <- j
	}
}

func roundByRound(us []string) error {
	answer := make(chan error)
	for _, u := range us {
		go func() {
			_, err := query(u)
			answer <- err
		}()
		if err := <-answer; err != nil {
			return err
		}
	}
	return nil
}

func onlyIfStarted(u string, start bool) string {
	answer := make(chan string)
	if start {
		go func() { answer <- u }()
	}
	if start {
		return <-answer
	}
	return ""
}

func stored(s *struct{ ch chan string }) {
	ch := make(chan string)
	s.ch = ch
	go func() { ch <- "x" }()
}
