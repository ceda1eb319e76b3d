//go:build unix

package look

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/inspect"
	"github.com/braid-go/braid/internal/socket"
)

func TestAnAddressIsAPortAURLOrASocket(t *testing.T) {
	for addr, want := range map[string]string{
		":6060":                             "http://127.0.0.1:6060/debug/braid/ http://127.0.0.1:6060/",
		"host:http":                         "http://host:http/debug/braid/ http://host:http/",
		"[::1]:6060":                        "http://[::1]:6060/debug/braid/ http://[::1]:6060/",
		"http://host:1":                     "http://host:1/debug/braid/ http://host:1/",
		"https://host/x":                    "https://host/x/",
		"http://host/debug/braid/tree.json": "http://host/debug/braid/",
		"http://host/events?every=1s#x":     "http://host/",
		"unix:/run/x.sock":                  "http://localhost/debug/braid/ http://localhost/",
		"./x.sock":                          "http://localhost/debug/braid/ http://localhost/",
	} {
		at, err := Parse(addr)
		if err != nil {
			t.Errorf("%s: %v", addr, err)
		} else if got := strings.Join(at.bases, " "); got != want {
			t.Errorf("%s is %s, want %s", addr, got, want)
		}
	}
	for addr, want := range map[string]string{
		"6060":        "a port is :6060, and a process id --pid 6060",
		"host":        "it has no port",
		"host:":       "its port is not one",
		"host:banana": "its port is not one",
		"http:///x":   "it has no host",
	} {
		if _, err := Parse(addr); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s gives %v, want %s", addr, err, want)
		}
	}
}

// serve has a server for a test.
func serve(t *testing.T, h http.Handler) *Target {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	at, err := Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(at.Close)
	return at
}

func says(text string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, text) })
}

func refuses(status int, text string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Error(w, text, status) })
}

func TestWhatIsTheMatterIsSaidInWords(t *testing.T) {
	for _, c := range []struct {
		h    http.Handler
		want string
	}{
		{http.NotFoundHandler(), "answers, but has no tree there: mount inspect.Handler, or give the URL where it is mounted"},
		{says("<html>hello"), "answers, but not with a tree of braid's"},
		{says(`{"a":1}`), "answers, but not with a tree of braid's"},
		{says(`{"version":2,"nodes":7}`), "tells its tree in version 2, and this braid knows version 1: install the braid of the program's version"},
		{says(`{"version":1,"nodes":7}`), "answers with a tree that cannot be read"},
		{says(`{"version":1,"nodes":[null]}`), "answers with a tree that cannot be read: a node is null"},
		{says(`{"version":1,"nodes":[{"id":"","up":""}]}`), "answers with a tree that cannot be read: a node has no id"},
		{says(`{"version":1,"recent":[null]}`), "answers with a tree that cannot be read: one that has ended is null"},
		{refuses(400, `{"error":"no \u001b[2J such id"}`), `no \x1b[2J such id`},
		{refuses(401, "who are you"), "does not let us look (401 Unauthorized)"},
		{refuses(500, "oh"), "answers 500 Internal Server Error"},
	} {
		at := serve(t, c.h)
		if _, err := at.Tree(t.Context(), nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}

func TestAServerThatDoesNotAnswerIsGivenUp(t *testing.T) {
	release := make(chan struct{})
	at := serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	t.Cleanup(func() { close(release) })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := at.Tree(ctx, nil); err == nil || !strings.Contains(err.Error(), "does not answer in time") {
		t.Errorf("got %v", err)
	}
	if err := at.Follow(t.Context(), nil, 50*time.Millisecond, func(Event) {}); err == nil || !strings.Contains(err.Error(), "does not answer in time") {
		t.Errorf("following gives %v", err)
	}
}

func TestAPlaceWhereNobodyListensIsNamed(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("XDG_RUNTIME_DIR", dir)
	stale := socket.Path(dir, os.Getpid())
	u, err := net.Listen("unix", stale)
	if err != nil {
		t.Fatal(err)
	}
	u.(*net.UnixListener).SetUnlinkOnClose(false)
	u.Close()
	byPID, err := Process(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	for want, find := range map[string]func() (*Target, error){
		"nothing listens at " + addr + ": is the program up":        func() (*Target, error) { return Parse(addr) },
		"nobody listens at " + stale + ": the program that made it": func() (*Target, error) { return byPID, nil },
		"there is no socket " + dir + "/none: check the path":       func() (*Target, error) { return Parse(dir + "/none") },
	} {
		at, err := find()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := at.Tree(t.Context(), nil); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if _, err := Process(1 << 29); err == nil || !strings.Contains(err.Error(), "there is no process 536870912") {
		t.Errorf("no process gives %v", err)
	}
	if _, err := Process(os.Getppid()); err == nil || !strings.Contains(err.Error(), "has to import github.com/braid-go/braid/inspect/auto") {
		t.Errorf("another program gives %v", err)
	}
}

func TestStaleSocketsAreNoPrograms(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("XDG_RUNTIME_DIR", dir)
	t.Setenv("TMPDIR", dir)
	stale, err := net.Listen("unix", socket.Path(dir, 7))
	if err != nil {
		t.Fatal(err)
	}
	stale.(*net.UnixListener).SetUnlinkOnClose(false)
	stale.Close()
	if err := os.WriteFile(filepath.Join(dir, "braid-8.sock"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	live, err := net.Listen("unix", socket.Path(dir, 9))
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: inspect.Handler()}
	done := make(chan struct{})
	go func() { defer close(done); _ = srv.Serve(live) }()
	defer func() { srv.Close(); <-done }()
	programs, err := Programs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var of9 []Program
	for _, p := range programs { // programs of this user that have nothing to do with the test may be there
		if p.PID == 7 || p.PID == 8 {
			t.Errorf("%d is given", p.PID)
		}
		if p.PID == 9 {
			of9 = append(of9, p)
		}
	}
	if len(of9) != 1 || of9[0].Tree == nil || of9[0].Tree.Version != 1 {
		t.Errorf("got %+v", of9)
	}
}

// sample is a program with a little of everything.
func sample(t *testing.T, look func(ctx context.Context)) {
	t.Helper()
	fault := errors.New("no")
	_ = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
		wait := func(ctx context.Context) error { <-ctx.Done(); return nil }
		for range 6 {
			g.Go(wait, braid.Name("alike"))
		}
		g.Go(wait, braid.Name("evil \x1b[2J\u202Ename"), braid.Background)
		first := braid.Fork(g, func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, nil }, braid.Name("first"))
		second := braid.Fork(g, func(ctx context.Context) (int, error) { return first.Wait(ctx) }, braid.Name("second"))
		g.Go(func(ctx context.Context) error {
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				g.Go(func(context.Context) error { return fault })
				<-ctx.Done()
				return nil
			}, braid.Name("supervised"), braid.Supervised)
		}, braid.Name("holder"))
		s := inspect.Take()
		for strings.Count(s.String(), "waits for") == 0 || !strings.Contains(s.String(), "1 failed") || strings.Contains(s.String(), "queued ·") {
			s = inspect.Take()
		}
		look(ctx)
		g.Cancel()
		_, _ = second.Wait(context.Background())
		return nil
	}, braid.Name("sample"))
}

func TestThePlainTreeIsTheOneThatTheProgramDumps(t *testing.T) {
	sample(t, func(context.Context) {
		s := inspect.Take()
		var b bytes.Buffer
		if any, err := Draw(&b, NewTree(s), Filter{}, 0, false); err != nil || !any {
			t.Fatal(any, err)
		}
		if b.String() != s.String() {
			t.Errorf("got\n%s\nwant\n%s", b.String(), s)
		}
	})
}

func TestLinesAreCutToTheWidthAndColouredWhereWanted(t *testing.T) {
	sample(t, func(context.Context) {
		for _, colour := range []bool{false, true} {
			var b bytes.Buffer
			_, _ = Draw(&b, NewTree(inspect.Take()), Filter{}, 30, colour)
			for line := range strings.Lines(b.String()) {
				if ansi.StringWidth(line) > 30 {
					t.Errorf("a long line: %q", line)
				}
			}
			if got := strings.Contains(b.String(), "\x1b["); got != colour {
				t.Errorf("colour %v, and escapes are there: %v", colour, got)
			}
			if strings.Contains(b.String(), "[2J\u202e") || strings.Contains(b.String(), "\x1b[2J") {
				t.Error("a name got through as it is")
			}
		}
	})
}

func TestAFilterShowsWhatItChoosesAndWhatThatIsIn(t *testing.T) {
	sample(t, func(context.Context) {
		tree := NewTree(inspect.Take())
		shown := func(f Filter) string {
			var b bytes.Buffer
			any, _ := Draw(&b, tree, f, 0, false)
			if !any {
				return "none"
			}
			var names []string
			for line := range strings.Lines(b.String()) {
				name, _, _ := strings.Cut(strings.TrimLeft(line, "├└─│ "), " · ")
				names = append(names, strings.TrimSpace(name))
			}
			return strings.Join(names[1:], " ")
		}
		for f, want := range map[Filter]string{
			{Name: "SUPER"}:                      "sample holder supervised (body)",
			{State: "waiting", Name: "second"}:   "sample second",
			{State: "ring"}:                      "none",
			{State: "queued"}:                    "none",
			{Name: "no such name"}:               "none",
			{State: "running", Name: "le/alike"}: "sample alike alike alike …and 3 more like alike, running",
		} {
			if got := shown(f); got != want {
				t.Errorf("%+v shows %s, want %s", f, got, want)
			}
		}
		for what, want := range map[string]int{"sample/holder": 1, "holder": 1, "supervised/(body)": 1, "alike": 3, "lder": 0} {
			if got := len(tree.Find(what)); got != want {
				t.Errorf("%d go by %s, want %d", got, what, want)
			}
		}
	})
}

func TestWhoFollowsHasTheTreeAsItIs(t *testing.T) {
	at := serve(t, inspect.Handler())
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	var tree *Tree
	var phase int
	spawn, end := make(chan struct{}), make(chan struct{})
	err := braid.Run(t.Context(), func(run context.Context, g *braid.Group) error {
		g.Go(func(context.Context) error {
			<-spawn
			g.Go(func(context.Context) error { <-end; return nil }, braid.Name("guest"))
			return nil
		})
		err := at.Follow(ctx, url.Values{"every": {"50ms"}}, time.Minute, func(e Event) {
			if e.Tree != nil {
				tree = NewTree(e.Tree)
				close(spawn)
				return
			}
			tree.Apply(e.Patch)
			switch there := len(tree.Find("hotel/guest")) == 1; {
			case phase == 0 && there:
				phase++
				close(end)
			case phase == 1 && !there:
				phase++
				cancel(enough)
			}
		})
		if err != enough {
			t.Errorf("got %v", err)
		}
		return nil
	}, braid.Name("hotel"))
	if err != nil || phase != 2 {
		t.Error(err, phase)
	}
}

func TestTheEndOfAProgramEndsTheFollowing(t *testing.T) {
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, ": hello\n\nevent: tree\ndata: {\"version\":1}\n\nevent: patch\ndata: {\"nodes\":[{\"id\"")
	})
	n := 0
	err := serve(t, h).Follow(t.Context(), nil, time.Minute, func(Event) { n++ })
	if err != errEnd || n != 1 {
		t.Errorf("got %v after %d events", err, n)
	}
}

func TestAChangeThatCannotBeReadEndsTheFollowing(t *testing.T) {
	for _, patch := range []string{`7`, `{"nodes":[null]}`, `{"nodes":[{"id":""}]}`, `{"recent":[null]}`} {
		n := 0
		err := serve(t, says("event: tree\ndata: {\"version\":1}\n\nevent: patch\ndata: "+patch+"\n\n")).Follow(t.Context(), nil, time.Minute, func(Event) { n++ })
		if err == nil || !strings.Contains(err.Error(), "tells of a change that cannot be read") || n != 1 {
			t.Errorf("%s: got %v after %d events", patch, err, n)
		}
	}
}

func TestOfNodesThatAreInThemselvesOneIsAtTheTop(t *testing.T) {
	n := func(id, up string) *inspect.Node {
		return &inspect.Node{ID: id, Up: up, Type: "task", Kind: "ordinary", State: "queued", Name: id}
	}
	tree := NewTree(&inspect.Snapshot{Nodes: []*inspect.Node{n("s", "s"), n("c", "a"), n("b", "c"), n("a", "b"), n("in", "b"), n("r", "")}})
	drawn := func(f Filter) string {
		var b bytes.Buffer
		_, _ = Draw(&b, tree, f, 0, false)
		_, text, _ := strings.Cut(strings.ReplaceAll(b.String(), " · queued", ""), "\n")
		return text
	}
	const ring = "a\n└─ c\n   └─ b\n"
	if got, want := drawn(Filter{Name: "b"}), ring; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if got, want := drawn(Filter{}), ring+"      └─ in\nr\ns\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	tree.Apply(&inspect.Patch{Nodes: []*inspect.Node{n("r", "x"), n("x", "r")}})
	for up := tree.Node("x"); up != nil; up = tree.Up(up) {
	}
	if got, want := tree.Below("", map[string]int{}), tree.Len(); got != want {
		t.Errorf("%d are in the tree, want %d", got, want)
	}
}

func TestWhatDoesNotPrintIsEscaped(t *testing.T) {
	for in, want := range map[string]string{
		"plain ü 日本":   "plain ü 日本",
		"a\x1b[2Jb\nc": `a\x1b[2Jb\nc`,
		"\u202eabc":    `\u202eabc`,
		"\xff\u200b":   `�\u200b`,
		"\u009b31m":    `\u009b31m`,
	} {
		if got := Line(in); got != want {
			t.Errorf("%q gives %q, want %q", in, got, want)
		}
	}
}

func TestWhatIsPrintedAsItWasToldIsEscapedToo(t *testing.T) {
	name := "ü \U0001F600\u009b31m\x7f\u202e\U000E0001"
	said := "{\"version\":1,\r\n \"program\":\"" + name + "\xff\"}\n"
	text, err := serve(t, says(said)).JSON(t.Context(), nil)
	if want := `{"version":1,"program":"ü ` + "\U0001F600" + `\u009b31m\u007f\u202e\udb40\udc01�"}` + "\n"; string(text) != want || err != nil {
		t.Errorf("got %q, %v, want %q", text, err, want)
	}
	var s inspect.Snapshot
	if err := json.Unmarshal(text, &s); err != nil || s.Program != name+"�" {
		t.Errorf("it says %q, %v", s.Program, err)
	}
	text, err = serve(t, says(`{"version":1,"node":{"id":"x","name":"`+"\u009b"+`"}}`)).AboutJSON(t.Context(), "x")
	if want := `{"version":1,"node":{"id":"x","name":"\u009b"}}` + "\n"; string(text) != want || err != nil {
		t.Errorf("got %q, %v, want %q", text, err, want)
	}
	text, err = serve(t, says("digraph braid {\n\t\"\x1b[2J\ta\";\r\n}\n")).DOT(t.Context(), nil)
	if want := "digraph braid {\n\t\"\\x1b[2J\\ta\";\\r\n}\n"; string(text) != want || err != nil {
		t.Errorf("got %q, %v, want %q", text, err, want)
	}
}

func TestKidsAreInOrderWithWhatIsFoldedBehindItsLikes(t *testing.T) {
	at := time.Now()
	n := func(id, kind, state, like string, age int) *inspect.Node {
		return &inspect.Node{ID: id, Type: kind, State: state, Like: like, Since: at.Add(-time.Duration(age))}
	}
	more := n("b.more", "more", "running", "b", 0)
	more.Since = time.Time{}
	tree := NewTree(&inspect.Snapshot{Nodes: []*inspect.Node{
		n("q", "task", "queued", "", 9), more, n("c", "task", "running", "", 1), n("b", "task", "running", "", 2), n("a", "task", "running", "", 3), n("body", "body", "running", "", 1),
	}})
	var got []string
	for _, n := range tree.Kids("") {
		got = append(got, n.ID)
	}
	if want := "body a b b.more c q"; strings.Join(got, " ") != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
