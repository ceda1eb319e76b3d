// A panic that is logged, with something about the task beside it.

package recovered

import (
	"context"
	"fmt"
	"log"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"
)

type job interface {
	ID() int
	Do(ctx context.Context) error
	fail(v any) error
}

func runAll(ctx context.Context, jobs []job) error {
	var g errgroup.Group
	for _, j := range jobs {
		g.Go(func() (err error) {
			defer func() {
				if r := recover(); r != nil { // want `after this recover the function returns nil`
					slog.ErrorContext(ctx, "job panicked", "job", j.ID(), "panic", r)
				}
			}()
			return j.Do(ctx)
		})
	}
	return g.Wait()
}

func runTimed(ctx context.Context, j job) error {
	begin := time.Now()
	defer func() {
		if r := recover(); r != nil { // want `after this recover the function returns nil`
			log.Printf("job %d panicked after %s: %v", j.ID(), time.Since(begin), r)
		}
	}()
	return j.Do(ctx)
}

func rescueJob(j job) {
	if r := recover(); r != nil {
		log.Println(fmt.Sprint(j.ID()), r)
	}
}

func runNamed(ctx context.Context, j job) error {
	defer rescueJob(j) // want `after the recover of rescueJob the function returns nil`
	return j.Do(ctx)
}

// What follows is fine: the log is told what somebody has made of the panic, or something else hears of it.

func runFailed(ctx context.Context, j job) error {
	defer func() {
		if r := recover(); r != nil {
			log.Println("panicked:", j.fail(r))
		}
	}()
	return j.Do(ctx)
}

func runMarked(ctx context.Context, j job) error {
	defer func() {
		if r := recover(); r != nil {
			log.Println("panicked", r, j.fail("panic"))
		}
	}()
	return j.Do(ctx)
}

func runTold(ctx context.Context, j job, tell func(job, any)) error {
	defer func() {
		if r := recover(); r != nil {
			log.Println("panicked", j.ID(), r)
			tell(j, r)
		}
	}()
	return j.Do(ctx)
}

func runAsError(ctx context.Context, j job) (err error) {
	defer func() {
		if r := recover(); r != nil {
			log.Println("panicked", j.ID(), r)
			err = fmt.Errorf("job %d: %v", j.ID(), r)
		}
	}()
	return j.Do(ctx)
}
