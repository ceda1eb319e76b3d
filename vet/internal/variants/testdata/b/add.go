package b

import (
	"context"
	"sync"
)

// want-rule (b): Add in the goroutine may come after Wait
func addInside(ctx context.Context, js []job) {
	var wg sync.WaitGroup
	for _, j := range js {
		go func() {
			wg.Add(1)
			defer wg.Done()
			_ = do(ctx, j)
		}()
	}
	wg.Wait()
}

// fine: Add before go
func addInsideOK(ctx context.Context, js []job) {
	var wg sync.WaitGroup
	for _, j := range js {
		wg.Add(1)
		go func() {
			defer wg.Done()
			_ = do(ctx, j)
		}()
	}
	wg.Wait()
}

// part of addNamed: the function that adds itself
func worker(ctx context.Context, wg *sync.WaitGroup, j job) {
	wg.Add(1)
	defer wg.Done()
	_ = do(ctx, j)
}

// want-rule (b): a named function adds itself
func addNamed(ctx context.Context, js []job) {
	var wg sync.WaitGroup
	for _, j := range js {
		go worker(ctx, &wg, j)
	}
	wg.Wait()
}

func workerOK(ctx context.Context, wg *sync.WaitGroup, j job) {
	defer wg.Done()
	_ = do(ctx, j)
}

// fine: the caller adds
func addNamedOK(ctx context.Context, js []job) {
	var wg sync.WaitGroup
	wg.Add(len(js))
	for _, j := range js {
		go workerOK(ctx, &wg, j)
	}
	wg.Wait()
}

type pool struct {
	wg   sync.WaitGroup
	jobs chan job
}

// part of addMethod: the method that adds itself to a field
func (p *pool) work(ctx context.Context) {
	p.wg.Add(1)
	defer p.wg.Done()
	for j := range p.jobs {
		_ = do(ctx, j)
	}
}

// want-rule (b): a method adds itself to a field
func (p *pool) addMethod(ctx context.Context, n int) {
	for range n {
		go p.work(ctx)
	}
	close(p.jobs)
	p.wg.Wait()
}

func (p *pool) workOK(ctx context.Context) {
	defer p.wg.Done()
	for j := range p.jobs {
		_ = do(ctx, j)
	}
}

// fine: the caller of the method adds
func (p *pool) addMethodOK(ctx context.Context, n int) {
	p.wg.Add(n)
	for range n {
		go p.workOK(ctx)
	}
	close(p.jobs)
	p.wg.Wait()
}

// want-rule (b): a local function value adds itself
func addLocal(ctx context.Context, js []job) {
	wg := &sync.WaitGroup{}
	run := func(j job) {
		wg.Add(1)
		_ = do(ctx, j)
		wg.Done()
	}
	for _, j := range js {
		go run(j)
	}
	wg.Wait()
}

// fine: a local function value that is added for
func addLocalOK(ctx context.Context, js []job) {
	wg := &sync.WaitGroup{}
	run := func(j job) {
		defer wg.Done()
		_ = do(ctx, j)
	}
	for _, j := range js {
		wg.Add(1)
		go run(j)
	}
	wg.Wait()
}
