package sleep

import (
	"context"
	"log"
	"os"
	"time"
)

func quit(ctx context.Context) {
	go func() {
		time.Sleep(time.Second) // the answer goes out first
		os.Exit(0)
	}()
}

type logger struct{}

func (logger) Error(ctx context.Context, text string) {}

func (l logger) Fatalf(ctx context.Context, format string, args ...any) {
	l.Error(ctx, format)
	time.Sleep(15 * time.Second) // others have time to write
	os.Exit(1)
}

func (l logger) giveUp(ctx context.Context, err error) error {
	if err != nil {
		l.Error(ctx, "waiting before the end")
		time.Sleep(5 * time.Second)
		l.Error(ctx, "the end")
		l.Fatalf(ctx, "%v", err)
	}
	return nil
}

func giveUpLater(ctx context.Context, names []string) {
	if len(names) == 0 {
		if len(os.Args) > 1 {
			<-time.After(5 * time.Second)
		}
		log.Fatal("no names")
	}
}

func fail() {
	log.Println("failed")
	os.Exit(2)
}

func failsLater(ctx context.Context, err error) {
	if err != nil {
		time.Sleep(time.Second)
		fail()
	}
}

func mayFailLater(ctx context.Context, check func() error) {
	time.Sleep(time.Second) // want `time.Sleep ignores ctx`
	if err := check(); err != nil {
		log.Fatal(err)
	}
}

func worksThenEnds(ctx context.Context, work func()) {
	time.Sleep(time.Second) // want `time.Sleep ignores ctx`
	work()
	os.Exit(0)
}

func retriesThenEnds(ctx context.Context, work func() error) {
	for range 10 {
		if work() == nil {
			return
		}
		time.Sleep(time.Second) // want `time.Sleep ignores ctx`
	}
	log.Fatal("all failed")
}

type event struct{}

func (logger) Fatal() event                           { os.Exit(1); return event{} }
func (logger) FatalIf(ctx context.Context, err error) {}
func (event) Msg(text string)                         {}

func endsByChain(ctx context.Context, l logger) {
	time.Sleep(time.Second)
	l.Fatal().Msg("the end")
}

func mayEnd(ctx context.Context, l logger, err error) {
	time.Sleep(time.Second) // want `time.Sleep ignores ctx`
	l.FatalIf(ctx, err)
}
