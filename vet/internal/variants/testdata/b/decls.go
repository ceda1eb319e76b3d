// Package b has work that nobody waits for, each beside the same made right.
package b

import (
	"context"
	"log"
	"net/http"
	"sync"
)

type job struct {
	id   int
	body []byte
}

type result struct {
	id  int
	err error
}

func do(ctx context.Context, j job) error {
	if j.id < 0 {
		panic("job without id")
	}
	return ctx.Err()
}

func audit(ctx context.Context, action string) {
	if ctx.Err() == nil {
		log.Print(action)
	}
}

type server struct {
	mu     sync.Mutex
	wg     sync.WaitGroup
	jobs   chan job
	done   chan struct{}
	client *http.Client
	seen   map[int]bool
}
