package stranded

import (
	"context"
	"io"
	"os"
)

func count(n int) <-chan int {
	out := make(chan int)
	go func() {
		defer close(out)
		for i := range n {
			out <- i
		}
	}()
	return out
}

func countUntil(ctx context.Context, n int) <-chan int {
	out := make(chan int)
	go func() {
		defer close(out)
		for i := range n {
			select {
			case out <- i:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

// What it sends last says that it ends.
func lines(read func() (string, error)) <-chan string {
	out := make(chan string)
	go func() {
		for {
			s, err := read()
			out <- s
			if err != nil {
				return
			}
		}
	}()
	return out
}

func pair(a, b func() int) <-chan int {
	out := make(chan int)
	go func() { out <- a() }()
	go func() { out <- b() }()
	return out
}

func firstOver(limit int) int {
	for v := range count(100) { // want `the loop over this channel may be left at line 60, and a goroutine of count goes on sending`
		if v > limit {
			return v
		}
	}
	return 0
}

func broken(limit int) (sum int) {
	in := count(100) // want `the loop over this channel may be left at line 74`
	for {
		v, ok := <-in
		if !ok {
			return sum
		}
		if v > limit {
			break
		}
		sum += v
	}
	return sum
}

func stops(ctx context.Context, use func(int)) {
	in := count(100) // want `the loop over this channel may be left at line 88`
	for {
		select {
		case v := <-in:
			use(v)
		case <-ctx.Done():
			return
		}
	}
}

func one() int { return <-count(3) } // want `a goroutine of count sends more to its channel than is received here`

func whole() (sum int) {
	for v := range count(100) {
		if v > 3 {
			continue
		}
		for range v {
			break
		}
		sum += v
	}
	return sum
}

func emptied(limit int) (found bool) {
	in := count(100)
	for v := range in {
		if v > limit {
			found = true
			break
		}
	}
	for range in {
	}
	return found
}

func emptiedAside(limit int) bool {
	in := count(100)
	for v := range in {
		if v > limit {
			go func() {
				for range in {
				}
			}()
			return true
		}
	}
	return false
}

func cancels(ctx context.Context, limit int) int {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for v := range countUntil(ctx, 100) {
		if v > limit {
			return v
		}
	}
	return 0
}

func knows(r io.Reader) int {
	n := 0
	for s := range lines(func() (string, error) { return "", io.EOF }) {
		if s == "" {
			break
		}
		n++
	}
	return n
}

func both() int {
	in := pair(func() int { return 1 }, func() int { return 2 })
	return <-in + <-in
}

func ends(limit int) {
	for v := range count(100) {
		if v > limit {
			os.Exit(1)
		}
	}
}

func handedOn(limit int, use func(<-chan int)) {
	in := count(100)
	for v := range in {
		if v > limit {
			break
		}
	}
	use(in)
}
