package blocking_field

import "context"

// An object that receives until the channel is closed keeps nobody who sends, and one that closes it keeps nobody who receives.

type queue struct {
	jobs   chan int
	events chan int
	quit   chan struct{}
	left   chan int
}

func newQueue() *queue {
	q := &queue{jobs: make(chan int), events: make(chan int), quit: make(chan struct{}), left: make(chan int)}
	go q.work()
	go q.serve()
	return q
}

func (q *queue) work() {
	for job := range q.jobs {
		println(job)
	}
}

func (q *queue) serve() {
	for {
		select {
		case n := <-q.left:
			println(n)
		case <-q.quit:
			close(q.events)
			return
		}
	}
}

func (q *queue) put(ctx context.Context, job int) { q.jobs <- job }

func (q *queue) next(ctx context.Context) int { return <-q.events }

func (q *queue) puts(ctx context.Context, n int) {
	q.left <- n // want `this send on left ignores ctx`
}
