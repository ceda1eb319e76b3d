package story

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/progress"
	"github.com/braid-go/braid/service"
)

// This file is what goes well.

const quickTasks = 100_000

// tiles is a hundred thousand quick tasks, forty at a time; then it begins again.
func tiles(ctx context.Context) error {
	for {
		err := braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
			for range quickTasks {
				g.Go(render)
			}
			return nil
		}, braid.Name("zoom 17"), braid.Limit(40))
		if err == nil {
			err = braid.Sleep(ctx, 2*time.Second)
		}
		if err != nil {
			return err
		}
	}
}

func render(ctx context.Context) error {
	return braid.Sleep(ctx, time.Duration(5+rand.IntN(20))*time.Millisecond)
}

// backup has a progress and a deadline.
func backup(ctx context.Context) error {
	files := make([]int, 400)
	for {
		p := progress.New("files")
		err := braid.Timeout(ctx, time.Hour, func(ctx context.Context) error {
			return braid.Each(ctx, files, func(ctx context.Context, _ int) error {
				return braid.Sleep(ctx, time.Duration(200+rand.IntN(1200))*time.Millisecond)
			}, braid.Name("copy"), braid.Limit(6), braid.Track(p))
		}, braid.Name("night"))
		if err != nil {
			return err
		}
	}
}

// checkout is a request that was cut short: its order is saved under a shield, and
// a name server that cannot be interrupted was left behind.
func checkout(ctx context.Context) error {
	resolve := func() (string, error) { // stands for a call of C
		<-ctx.Done()
		return "", errors.New("no such host")
	}
	_ = braid.Timeout(ctx, time.Second, func(ctx context.Context) error {
		// What a call of C does cannot be interrupted.
		_, err := braid.Abandon(ctx, resolve, func(string, error) {}, braid.Name("resolve"))
		return err
	}, braid.Name("request"))
	request, hangUp := context.WithCancel(ctx)
	hangUp()
	return braid.Shield(request, braid.Forever, func(shielded context.Context) error {
		return braid.Run(shielded, func(_ context.Context, g *braid.Group) error {
			//braid:ignore wrongctx the shield is to be seen until the program is stopped
			defer context.AfterFunc(ctx, g.Cancel)()
			g.Go(untilStopped, braid.Name("write order"))
			g.Go(untilStopped, braid.Name("keep lock"), braid.Background)
			return untilStopped(ctx)
		}, braid.Name("save"))
	})
}

func services(ctx context.Context) error {
	return service.Run(ctx, []service.Part{
		{Name: "pool", Run: service.Func(untilStopped)},
		{Name: "mail", Needs: []string{"pool"}, Restart: service.OnFailure, Run: service.Ticker(4*time.Second, flaky)},
		{Name: "api", Needs: []string{"pool", "mail"}, Run: service.Func(untilStopped)},
	}, service.Name("services"), service.Intensity(1000, time.Hour),
		service.Backoff{Delay: 1500 * time.Millisecond})
}

func flaky(context.Context) error {
	if rand.IntN(2) == 0 {
		return errors.New("mail: 421 try again later")
	}
	return nil
}
