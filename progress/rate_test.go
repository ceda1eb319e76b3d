package progress_test

import (
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid/progress"
)

// This file shows rates and remaining times, exact in virtual time.

// wantRate checks the rate to nine digits, and the time that remains to a
// microsecond; a negative one is not known.
func wantRate(t *testing.T, p *progress.Progress, rate float64, remaining time.Duration) {
	t.Helper()
	s := p.Snapshot()
	if math.Abs(s.Rate-rate) > 1e-9*rate {
		t.Errorf("after %v the rate is %v, want %v", s.Elapsed, s.Rate, rate)
	}
	if known := remaining >= 0; s.RemainingKnown != known || known && (s.Remaining-remaining).Abs() > time.Microsecond || !known && s.Remaining != 0 {
		t.Errorf("after %v there remain %v (known: %v), want %v", s.Elapsed, s.Remaining, s.RemainingKnown, remaining)
	}
}

func TestTheFirstLookGivesTheAverageSinceTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := progress.New("p")
		p.Total(100)
		p.Done(10)
		wantRate(t, p, 0, unknown) // no time has passed
		time.Sleep(7 * time.Second)
		p.Fail(4)
		wantRate(t, p, 2, 43*time.Second)
		wantRate(t, p, 2, 43*time.Second) // a second look at the same time changes nothing
	})
}

func TestASteadyRateIsThatHoweverOftenOneLooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := progress.New("p")
		p.Total(10_000)
		for i := range 100 {
			d := time.Duration(i%9+1) * time.Second
			time.Sleep(d)
			p.Done(int(d / time.Second * 4))
			if i%3 > 0 {
				wantRate(t, p, 4, time.Duration(10_000-p.Snapshot().Done)*time.Second/4)
			}
		}
	})
}

func TestWhatHappenedAHalfLifeAgoWeighsHalf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := progress.New("p")
		p.Total(450)
		p.Done(150)
		time.Sleep(progress.HalfLife) // 10/s, of weight 1/2
		wantRate(t, p, 10, 30*time.Second)
		time.Sleep(progress.HalfLife) // 0/s of weight 1/2, and 10/s of weight 1/4
		wantRate(t, p, 10.0/3, 90*time.Second)
		p.Done(300)
		time.Sleep(progress.HalfLife) // 20/s of 1/2, 0/s of 1/4, 10/s of 1/8
		wantRate(t, p, (10+1.25)/0.875, 0)
	})
}

func TestARateThatHasDiedAwayLeavesNoTimeToTell(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := progress.New("p")
		p.Total(2)
		p.Done(1)
		time.Sleep(time.Second)
		wantRate(t, p, 1, time.Second)
		time.Sleep(365 * 24 * time.Hour)
		s := p.Snapshot()
		if s.Rate < 0 || s.Rate > 1e-9 || s.RemainingKnown || s.Remaining != 0 {
			t.Errorf("after a year: %v/s, %v (known: %v)", s.Rate, s.Remaining, s.RemainingKnown)
		}
	})
}

func TestToSkipIsNoWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := progress.New("p")
		p.Total(1000)
		p.Skip(900)
		time.Sleep(10 * time.Second)
		wantRate(t, p, 0, unknown)
		p.Done(50)
		wantRate(t, p, 0, unknown) // no time has passed since the last look
		time.Sleep(5 * time.Second)
		p.Done(50)
		if s := p.Snapshot(); s.Rate <= 0 || s.Rate > 20 || !s.RemainingKnown || s.Remaining != 0 {
			t.Errorf("%+v", s)
		}
	})
}

func TestRemainingIsNotKnownIfTheTotalIsNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := progress.New("p")
		a, b := p.Child("a", 1), p.Child("b", 1)
		a.Total(100)
		a.Done(10)
		time.Sleep(10 * time.Second)
		wantRate(t, p, 1, unknown)
		wantRate(t, a, 1, 90*time.Second)
		b.Total(10)
		wantRate(t, p, 1, 100*time.Second)
		b.End() // of it nothing will be done
		wantRate(t, p, 1, 90*time.Second)
	})
}

func TestTheEndOfAChildLeavesTheRateOfItsParentAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := progress.New("p")
		p.Expect(10)
		for range 10 {
			c := p.Child("c", 1)
			c.Total(4)
			time.Sleep(time.Second)
			c.Done(3)
			c.End()
			wantRate(t, p, 3, map[bool]time.Duration{true: 0, false: unknown}[p.Snapshot().Fraction == 1])
		}
	})
}

func TestAfterTheEndTimeStandsStillAndTheRateIsThatOfTheWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := progress.New("p")
		p.Total(30)
		p.Done(20)
		time.Sleep(5 * time.Second)
		wantRate(t, p, 4, 2500*time.Millisecond)
		time.Sleep(5 * time.Second)
		p.End()
		time.Sleep(time.Hour)
		wantRate(t, p, 2, 0)
		if got := p.Snapshot().Elapsed; got != 10*time.Second {
			t.Errorf("elapsed %v", got)
		}
		at := progress.New("at once")
		at.Done(5)
		at.End()
		wantRate(t, at, 0, 0)
	})
}

func TestALineSaysWhatIsKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := progress.New("backup")
		want := func(want string) {
			t.Helper()
			if got := p.Snapshot().String(); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		}
		want("backup: 0")
		p.Done(10)
		want("backup: 10")
		p.AtLeast(20)
		time.Sleep(500 * time.Millisecond)
		want("backup: 10 of 20 or more")
		p.Total(29)
		time.Sleep(1500 * time.Millisecond)
		p.Fail(2)
		want("backup after 2s: 12 of 29 (41%), 2 failed, 5.84/s, 2.9s left")
		p.Done(16)
		p.Skip(1)
		time.Sleep(18 * time.Second)
		want("backup after 20s: 29 of 29 (100%), 2 failed, 1 skipped, 1.2/s")
		p.End()
		want("backup after 20s: 29 of 29 (100%), 2 failed, 1 skipped, 1.4/s")

		p = progress.New("fast")
		p.Total(1_000_000)
		p.Done(290_000)
		time.Sleep(time.Second)
		want("fast after 1s: 290000 of 1000000 (29%), 290000/s, 2.4s left")
	})
}
