package inspect_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid/inspect"
)

// elsewhere is a tree that is not this process's.
func elsewhere() *inspect.Snapshot {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	return &inspect.Snapshot{
		Version: inspect.Version, Time: at, Program: "order o1", Totals: inspect.Totals{Groups: 1, Tasks: 1, Running: 1},
		Nodes: []*inspect.Node{
			{ID: "1", Type: "group", Name: "order", Path: "order", Kind: "run", State: "joining", Since: at.Add(-time.Minute), Running: 1},
			{ID: "1.2", Up: "1", Type: "task", Name: "charge", Path: "order/charge", Kind: "ordinary", State: "running", Since: at.Add(-time.Second), Blocked: &inspect.Blocked{Doing: "activity charge"}},
			{ID: "3", Type: "group", Name: "other", Path: "other", Kind: "run", State: "open", Since: at},
		},
	}
}

// asked gives what the handler answers.
func asked(h http.Handler, url string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", url, nil))
	return w
}

func ExampleHandlerOf() {
	h := inspect.HandlerOf(func(ctx context.Context) (*inspect.Snapshot, error) {
		return elsewhere(), nil // asked of another machine, say
	})
	fmt.Print(asked(h, "/tree.txt?under=1").Body)
	// Output:
	// order o1 at 2026-01-02T03:04:05Z: 1 group, 1 task running, 0 queued
	// order · run · joining · 1m0s
	// └─ charge · 1s · activity charge
}

func TestATreeFromElsewhereIsServedAsThisOnesIs(t *testing.T) {
	h := inspect.HandlerOf(func(context.Context) (*inspect.Snapshot, error) { return elsewhere(), nil })
	var s inspect.Snapshot
	if err := json.Unmarshal(asked(h, "/x/tree.json?max=2").Body.Bytes(), &s); err != nil || len(s.Nodes) != 2 || s.Truncated != 1 || s.Program != "order o1" {
		t.Errorf("%+v, %v", s, err)
	}
	var a inspect.About
	if err := json.Unmarshal(asked(h, "/node.json?id=1.2").Body.Bytes(), &a); err != nil || len(a.Up) != 1 || a.Up[0].ID != "1" || !strings.Contains(strings.Join(a.Why, " "), "It is waiting for activity charge.") {
		t.Errorf("%+v, %v", a, err)
	}
	if body := asked(h, "/node.json?id=1").Body.String(); !strings.Contains(body, "Its body has returned, and it waits for 1 task.\"") {
		t.Errorf("of an empty queue there is nothing to say: %s", body)
	}
	for url, want := range map[string]int{"/": 200, "/tree.dot": 200, "/tree.txt?under=9": 404, "/node.json?id=9": 404, "/tree.txt?max=x": 400} {
		if w := asked(h, url); w.Code != want {
			t.Errorf("%s: status %d, want %d", url, w.Code, want)
		}
	}
}

func TestATreeThatCannotBeHadIsSaidSo(t *testing.T) {
	h := inspect.HandlerOf(func(context.Context) (*inspect.Snapshot, error) { return nil, errors.New("nobody answers") })
	for _, url := range []string{"/tree.json", "/tree.txt", "/node.json?id=1", "/events"} {
		if w := asked(h, url); w.Code != 502 || !strings.Contains(w.Body.String(), "nobody answers") {
			t.Errorf("%s: status %d, %s", url, w.Code, w.Body)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("HandlerOf took nil")
		}
	}()
	inspect.HandlerOf(nil)
}

func TestWhoFollowsATreeFromElsewhereHearsOfChanges(t *testing.T) {
	var looks atomic.Int32
	server := httptest.NewServer(inspect.HandlerOf(func(context.Context) (*inspect.Snapshot, error) {
		s := elsewhere()
		if looks.Add(1) > 1 {
			s.Nodes = s.Nodes[:2]
		}
		return s, nil
	}))
	defer server.Close()
	res, err := server.Client().Get(server.URL + "/events?every=50ms")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "data: ") && strings.Contains(lines.Text(), `"gone":["3"]`) {
			return
		}
	}
	t.Errorf("it did not hear: %v", lines.Err())
}

func TestWhoFollowsATreeFromElsewhereHearsOfEachThatEndsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		looks := 0
		h := inspect.HandlerOf(func(context.Context) (*inspect.Snapshot, error) {
			looks++
			s := elsewhere()
			for i, name := range []string{"first", "second", "third"} {
				if looks > 2*i {
					s.Recent = append(s.Recent, &inspect.Ended{ID: name, Type: "task", Name: name, End: s.Time})
				}
			}
			if looks > 4 {
				s.Recent = s.Recent[1:] // it keeps so many
			}
			return s, nil
		})
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(ctx, "GET", "/events?every=100ms", nil))
		for _, name := range []string{"first", "second", "third"} {
			if n := strings.Count(w.Body.String(), `"name":"`+name+`"`); n != 1 {
				t.Errorf("of the %s it is told %d times in\n%s", name, n, w.Body)
			}
		}
	})
}

func TestATreeFromElsewhereMayHaveGaps(t *testing.T) {
	var s *inspect.Snapshot
	h := inspect.HandlerOf(func(context.Context) (*inspect.Snapshot, error) { return s, nil })
	for _, url := range []string{"/tree.json", "/tree.txt", "/tree.dot", "/node.json?id=q", "/events"} {
		if w := asked(h, url); w.Code != 502 || !strings.Contains(w.Body.String(), "there is no tree") {
			t.Errorf("%s without a tree: status %d, %s", url, w.Code, w.Body)
		}
	}
	s = &inspect.Snapshot{
		Nodes:  []*inspect.Node{nil, {ID: "q", Type: "task", Name: "q", Path: "q", State: "queued"}},
		Recent: []*inspect.Ended{nil},
	}
	for url, want := range map[string]string{
		"/tree.json": `"nodes":[{`, "/tree.txt": "q · queued", "/tree.dot": "queued", "/node.json?id=q": "It has not started: it waits for a slot.",
	} {
		if w := asked(h, url); w.Code != 200 || !strings.Contains(w.Body.String(), want) || strings.Contains(w.Body.String(), "null") {
			t.Errorf("%s: status %d, %s", url, w.Code, w.Body)
		}
	}
}

func TestATreeFromElsewhereMayHaveNodesWithoutAnIDAndRings(t *testing.T) {
	s := &inspect.Snapshot{Program: "odd", Nodes: []*inspect.Node{
		{Type: "task", Name: "nameless"},
		{Type: "task", Name: "in nameless"},
		{ID: "s", Up: "s", Type: "task", Name: "in itself"},
		{ID: "a", Up: "b", Type: "task", Name: "a"},
		{ID: "b", Up: "a", Type: "task", Name: "b"},
		{ID: "in", Up: "b", Type: "task", Name: "in b"},
		{ID: "r", Type: "task", Name: "r"},
		{ID: "r", Up: "r", Type: "task", Name: "r again"},
		nil,
	}}
	h := inspect.HandlerOf(func(context.Context) (*inspect.Snapshot, error) { return s, nil })
	for what, text := range map[string]string{"tree.txt": asked(h, "/tree.txt").Body.String(), "String": s.String()} {
		var names []string
		for line := range strings.Lines(text) {
			name, _, _ := strings.Cut(line, " · ")
			names = append(names, strings.TrimSpace(name))
		}
		if got, want := strings.Join(names[1:], ", "), "in itself, a, └─ b, └─ in b, r, …and 3 that are not shown"; got != want {
			t.Errorf("%s has %s, want %s", what, got, want)
		}
	}
	for url, want := range map[string]string{
		"/tree.json?under=s": `{"id":"s","type"`, "/tree.json": `{"id":"a","type"`, "/tree.dot": `"a" -> "b"`, "/node.json?id=b": `"up":[{"id":"a"`, "/node.json?id=": "nothing goes by this id",
	} {
		if body := asked(h, url).Body.String(); !strings.Contains(body, want) {
			t.Errorf("%s: %s", url, body)
		}
	}
	if s.Nodes[2].Up != "s" || s.Nodes[3].Up != "b" {
		t.Error("the tree that was given is changed")
	}
}
