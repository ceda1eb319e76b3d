package unbounded

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/braid-go/braid"
	"golang.org/x/sync/errgroup"
)

var errTooMany = errors.New("too many")

func byID(context.Context, string) error { return nil }

// A length that was compared with a number is a limit.

func refused(w http.ResponseWriter, r *http.Request) error {
	ids := strings.Split(r.FormValue("ids"), ",")
	if len(ids) > 16 {
		return errTooMany
	}
	for _, id := range ids {
		go work(id)
	}
	return braid.Each(r.Context(), ids, byID)
}

func asked(w http.ResponseWriter, r *http.Request, most int) error {
	ids := strings.Split(r.FormValue("ids"), ",")
	switch n := len(ids); {
	case n == 0:
		return nil
	case most < n:
		return errTooMany
	}
	for _, id := range ids {
		go work(id)
	}
	return nil
}

type wanted struct {
	IDs     []string
	Workers int
}

func (w *wanted) Validate() error { return nil }

func validated(w http.ResponseWriter, r *http.Request) error {
	var in wanted
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return err
	}
	if err := in.Validate(); err != nil {
		return err
	}
	for _, id := range in.IDs {
		go work(id)
	}
	return nil
}

func cutOff(w http.ResponseWriter, r *http.Request) error {
	var in wanted
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return err
	}
	in.IDs = in.IDs[:min(len(in.IDs), 10)]
	return braid.Each(r.Context(), in.IDs, byID)
}

func anyAtAll(w http.ResponseWriter, r *http.Request) error {
	ids := strings.Split(r.FormValue("ids"), ",")
	if len(ids) > 0 && len(ids) != 1 {
		for _, id := range ids {
			go work(id) // want `a goroutine for each element of what comes from outside`
		}
	}
	return braid.Each(r.Context(), ids, byID) // want `give it a Limit`
}

func otherChecked(w http.ResponseWriter, r *http.Request, names []string) error {
	ids := strings.Split(r.FormValue("ids"), ",")
	if len(names) > 16 {
		return errTooMany
	}
	return braid.Each(r.Context(), ids, byID) // want `give it a Limit`
}

// As many goroutines as there are of what comes from outside, or as a number from there says.

func workers(w http.ResponseWriter, r *http.Request) error {
	var in wanted
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return err
	}
	todo := make(chan string, len(in.IDs))
	for _, id := range in.IDs {
		todo <- id
	}
	close(todo)
	var g errgroup.Group
	for range len(in.IDs) {
		g.Go(func() error { return work(<-todo) }) // want `a goroutine for each round of a loop as long as what comes from outside`
	}
	n := len(in.IDs)
	for i := 0; i < n; i++ {
		g.Go(func() error { return work(<-todo) }) // want `a goroutine for each round of a loop as long as what comes from outside`
	}
	for range in.Workers {
		g.Go(func() error { return work(<-todo) }) // want `a goroutine for each round of a loop as long as what comes from outside`
	}
	return g.Wait()
}

func number(w http.ResponseWriter, r *http.Request, todo chan string) error {
	n, err := strconv.Atoi(r.FormValue("n"))
	if err != nil {
		return err
	}
	for i := 0; i < n; i++ {
		go work(<-todo) // want `a goroutine for each round of a loop as long as what comes from outside`
	}
	return nil
}

func fewWorkers(w http.ResponseWriter, r *http.Request, todo chan string) error {
	var in wanted
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return err
	}
	var g errgroup.Group
	for range min(len(in.IDs), 8) {
		g.Go(func() error { return work(<-todo) })
	}
	n := len(in.IDs)
	if n > 8 {
		n = 8
	}
	for i := 0; i < n; i++ {
		g.Go(func() error { return work(<-todo) })
	}
	for i := 0; i < 8; i++ {
		g.Go(func() error { return work(<-todo) })
	}
	in.Workers = min(in.Workers, 8)
	for range in.Workers {
		g.Go(func() error { return work(<-todo) })
	}
	return g.Wait()
}

func inParts(w http.ResponseWriter, r *http.Request) error {
	var in wanted
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return err
	}
	var g errgroup.Group
	for i := 0; i < len(in.IDs); i += 1000 {
		g.Go(func() error { return work(in.IDs[i]) })
	}
	return g.Wait()
}

func ownNumber(w http.ResponseWriter, r *http.Request, n int) {
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() { _ = work(r.FormValue("id")) })
	}
	wg.Wait()
}

func counted(w http.ResponseWriter, r *http.Request) error {
	n, err := strconv.Atoi(r.FormValue("n"))
	if err != nil || n > 10 {
		return errTooMany
	}
	for range n {
		go work("x")
	}
	return nil
}
