package braid_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/braid-go/braid"
)

// This file shows the functions that run several others and combine what
// comes out.

// Two back ends for one page.
func ExampleJoin2() {
	fetchUser := func(ctx context.Context) (string, error) { return "Ann", nil }
	countOrders := func(ctx context.Context) (int, error) { return 3, nil }

	user, orders, err := braid.Join2(context.Background(), fetchUser, countOrders)
	fmt.Println(user, orders, err)
	// Output:
	// Ann 3 <nil>
}

// Three of them, one of which is down.
func ExampleJoin3() {
	fetchUser := func(ctx context.Context) (string, error) { return "Ann", nil }
	countOrders := func(ctx context.Context) (int, error) { return 0, errors.New("connection refused") }
	isPremium := func(ctx context.Context) (bool, error) { return true, nil }

	user, orders, premium, err := braid.Join3(context.Background(), fetchUser, countOrders, isPremium)
	fmt.Printf("%q %d %t %t\n", user, orders, premium, err != nil)
	// Output:
	// "" 0 false true
}

// Word counts of some texts, in the order of the texts, two at a time.
func ExampleMap() {
	texts := []string{"to be or not to be", "that is the question", ""}
	counts, err := braid.Map(context.Background(), texts, func(ctx context.Context, text string) (int, error) {
		return len(strings.Fields(text)), nil
	}, braid.Limit(2))
	fmt.Println(counts, err)
	// Output:
	// [6 4 0] <nil>
}

// Thumbnails are made four at a time; the first that fails ends the rest.
func ExampleEach() {
	photos := []string{"beach.jpg", "party.jpg", "notes.txt"}
	shrink := func(ctx context.Context, photo string) error {
		if !strings.HasSuffix(photo, ".jpg") {
			return fmt.Errorf("%s is not a photo", photo)
		}
		return nil
	}
	err := braid.Each(context.Background(), photos, shrink, braid.Limit(4))
	for _, e := range braid.Leaves(err) {
		fmt.Println(e)
	}
	// Output:
	// notes.txt is not a photo
}

// The fastest of several mirrors wins, and those that are down do not count.
func ExampleFirst() {
	mirror := func(name string, err error) func(context.Context) (string, error) {
		return func(ctx context.Context) (string, error) {
			switch {
			case err != nil:
				return "", err
			case name == "far":
				return "", braid.Sleep(ctx, time.Hour)
			}
			return "go.tar.gz from " + name, nil
		}
	}
	fmt.Println(braid.First(context.Background(), braid.Funcs(
		mirror("down", errors.New("connection refused")),
		mirror("far", nil),
		mirror("near", nil),
	)))
	// Output:
	// go.tar.gz from near <nil>
}

// A status page asks all services and shows each, whatever became of it.
func ExampleSettle() {
	services := []string{"database", "cache", "mail"}
	var checks []func(context.Context) (string, error)
	for _, name := range services {
		checks = append(checks, func(ctx context.Context) (string, error) {
			switch name {
			case "cache":
				return "", errors.New("connection refused")
			case "mail":
				panic("bug in the check")
			}
			return "ok", nil
		})
	}
	outcomes, err := braid.Settle(context.Background(), checks)
	for i, o := range outcomes {
		fmt.Println(services[i], o.State)
	}
	fmt.Println(err)
	// Output:
	// database succeeded
	// cache failed
	// mail panicked
	// <nil>
}

// How many of the outcomes are of use.
func ExampleOutcome() {
	outcomes, _ := braid.Settle(context.Background(), []func(context.Context) (float64, error){
		func(context.Context) (float64, error) { return 20.5, nil },
		func(context.Context) (float64, error) { return 0, errors.New("sensor is off") },
		func(context.Context) (float64, error) { return 21.5, nil },
	})
	sum, n := 0.0, 0
	for _, o := range outcomes {
		if o.State == braid.Succeeded {
			sum, n = sum+o.Value, n+1
		}
	}
	fmt.Printf("%.1f degrees from %d sensors\n", sum/float64(n), n)
	// Output:
	// 21.0 degrees from 2 sensors
}

// A server that is just starting: the third attempt finds it.
func ExampleRetry() {
	var attempts atomic.Int32
	connect := func(ctx context.Context) (string, error) {
		if attempts.Add(1) < 3 {
			return "", errors.New("connection refused")
		}
		return "connected", nil
	}
	fmt.Println(braid.Retry(context.Background(), braid.Policy{Delay: time.Millisecond, Factor: 2}, connect))
	// Output:
	// connected <nil>
}

// A policy for a web API: only what may pass is tried again, and what was
// tried stays visible.
func ExamplePolicy() {
	errBusy, errForbidden := errors.New("503 busy"), errors.New("403 forbidden")
	policy := braid.Policy{
		Attempts: 5,
		Delay:    time.Millisecond,
		Factor:   2,
		MaxDelay: 5 * time.Millisecond,
		Timeout:  time.Minute,
		If:       func(err error) bool { return errors.Is(err, errBusy) },
	}
	answers := []error{errBusy, errForbidden, nil}
	_, err := braid.Retry(context.Background(), policy, func(ctx context.Context) (string, error) {
		answer := answers[0]
		answers = answers[1:]
		return "", answer
	})
	for _, failure := range braid.Leaves(err) {
		fmt.Println(failure)
	}
	// Output:
	// 503 busy
	// 403 forbidden
}
