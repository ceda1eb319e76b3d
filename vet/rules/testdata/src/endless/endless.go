package endless

import "context"

func do(string) {}

// Found.

func workers(items []string) {
	jobs := make(chan string)
	for range 4 {
		go func() {
			for job := range jobs { // want `nobody closes jobs: this goroutine waits for ever`
				do(job)
			}
		}()
	}
	for _, item := range items {
		jobs <- item
	}
}

func worker(jobs <-chan string) {
	for job := range jobs { // want `nobody closes jobs`
		do(job)
	}
}

func named(items []string) {
	jobs := make(chan string, 10)
	go worker(jobs)
	for _, item := range items {
		jobs <- item
	}
}

func collects(items []string) (n int) {
	out := make(chan string)
	for _, item := range items {
		go func() { out <- item }()
	}
	for range out { // want `nobody closes out: this loop waits for ever`
		n++
	}
	return n
}

func neverTold() {
	quit := make(chan struct{})
	go func() {
		<-quit // want `nobody sends to quit or closes it`
		do("x")
	}()
}

type message struct{ text string }

// A ring channel that never ends: its input is handed out to send to, and nothing closes it.
type ring struct {
	input, output chan message
	buffer        *message
}

func newRing() *ring {
	r := &ring{input: make(chan message), output: make(chan message)}
	go r.run() // want `this goroutine ends only when input is closed \(line \d+\), and nothing in this package closes it`
	return r
}

func (r *ring) in() chan<- message { return r.input }

func (r *ring) out() <-chan message { return r.output }

func (r *ring) run() {
	var input, output chan message
	var next message
	input = r.input
	for input != nil || output != nil {
		select {
		case output <- next:
			r.buffer = nil
		default:
			select {
			case elem, open := <-input:
				if !open {
					input = nil
					break
				}
				r.buffer = &elem
			case output <- next:
				r.buffer = nil
			}
		}
		if r.buffer == nil {
			output = nil
			continue
		}
		output = r.output
		next = *r.buffer
	}
	close(r.output)
}

type pool struct{ jobs chan string }

func newPool() *pool {
	p := &pool{jobs: make(chan string)}
	go p.loop() // want `ends only when jobs is closed`
	return p
}

func (p *pool) loop() {
	for job := range p.jobs {
		do(job)
	}
}

func (p *pool) submit(job string) { p.jobs <- job }

// Left alone.

func closed(items []string) {
	jobs := make(chan string)
	go func() {
		for job := range jobs {
			do(job)
		}
	}()
	for _, item := range items {
		jobs <- item
	}
	close(jobs)
}

func otherEnd(ctx context.Context, items []string) {
	jobs := make(chan string)
	go func() {
		for {
			select {
			case job := <-jobs:
				do(job)
			case <-ctx.Done():
				return
			}
		}
	}()
	for _, item := range items {
		jobs <- item
	}
}

func counted(items []string) {
	out := make(chan string)
	for _, item := range items {
		go func() { out <- item }()
	}
	for range items {
		<-out
	}
}

func leaves(items []string) {
	jobs := make(chan string)
	go func() {
		for job := range jobs {
			if job == "" {
				return
			}
			do(job)
		}
	}()
	for _, item := range items {
		jobs <- item
	}
	jobs <- ""
}

func handedOut() (chan<- string, context.CancelFunc) {
	jobs := make(chan string)
	go func() {
		for job := range jobs {
			do(job)
		}
	}()
	return jobs, func() { close(jobs) }
}

func told() {
	quit := make(chan struct{})
	go func() {
		<-quit
		do("x")
	}()
	close(quit)
}

func forGood() {
	jobs := make(chan string)
	go func() {
		for job := range jobs {
			do(job)
		}
	}()
	for {
		jobs <- "x"
	}
}

type server struct {
	jobs chan string
	quit chan struct{}
}

func newServer() *server {
	s := &server{jobs: make(chan string), quit: make(chan struct{})}
	go s.loop()
	go s.waits()
	return s
}

func (s *server) loop() {
	for job := range s.jobs {
		do(job)
	}
}

func (s *server) waits() {
	for {
		select {
		case <-s.quit:
			return
		}
	}
}

func (s *server) submit(job string) { s.jobs <- job }

func (s *server) Close() { close(s.jobs) }

func main() {
	jobs := make(chan string)
	go func() {
		for job := range jobs {
			do(job)
		}
	}()
	jobs <- "x"
}
