package braidtest

import "testing"

func TestTheHeadersOfBothGoVersionsAreRead(t *testing.T) {
	for head, want := range map[string]goroutine{
		"goroutine 7 [chan receive]:": {id: 7, state: "chan receive"},
		`goroutine 7 [chan receive (leaked), 3 minutes labels:{"a": "[b]", "braidtest": "12"}]:`:         {id: 7, state: "chan receive", leaked: true, owner: 12},
		`goroutine 7 [select (no cases) (durable), synctest bubble 3 labels:{"braidtest": "5"}]:`:        {id: 7, state: "select (no cases)", durable: true, bubble: 3, owner: 5},
		"goroutine 7 [select (no cases) (durable), synctest bubble 3] {x: y, braidtest: 5}:":             {id: 7, state: "select (no cases)", durable: true, bubble: 3, owner: 5},
		"goroutine 1 [sync.Mutex.Lock, 4 minutes, locked to thread, synctest bubble 1] {\"a b\": \"\"}:": {id: 1, state: "sync.Mutex.Lock", bubble: 1},
		"goroutine": {},
	} {
		var got goroutine
		got.header(head)
		if got.id != want.id || got.state != want.state || got.bubble != want.bubble || got.durable != want.durable ||
			got.leaked != want.leaked || got.owner != want.owner {
			t.Errorf("%s\ngot  %+v\nwant %+v", head, got, want)
		}
	}
}

func TestTheFramesOfAGoroutineAreRead(t *testing.T) {
	got := parseOne(`goroutine 18 [chan receive]:
example.com/a%2eb.(*T[...]).run(0xc000, {0x1, 0x2})
	/src/a b/run.go:12 +0x1a
main.main.func1.(*S).f.1()
	/src/main.go:3
...additional frames elided...
created by example.com/a.Start in goroutine 5
	/src/a/start.go:9 +0x10
[originating from goroutine 5]:
main.main()
	/src/main.go:1 +0x1`)
	want := []frame{
		{"example.com/a%2eb.(*T[...]).run", "0xc000, {0x1, 0x2}", "/src/a b/run.go", "12"},
		{"main.main.func1.(*S).f.1", "", "/src/main.go", "3"},
	}
	if len(got.frames) != len(want) || got.frames[0] != want[0] || got.frames[1] != want[1] {
		t.Errorf("got %+v", got.frames)
	}
	if got.creator != 5 || got.created.fn != "example.com/a.Start" || got.created.place() != "start.go:9" {
		t.Errorf("created by %+v in %d", got.created, got.creator)
	}
}

func TestGoroutinesOfTheCollectorAreNobodys(t *testing.T) {
	for _, fn := range []string{"runCleanups", "runFinalizers"} {
		g := parseOne("goroutine 7 [runnable]:\nruntime." + fn + "()\n\t/go/src/runtime/mcleanup.go:716 fp=0x1 sp=0x2 pc=0x3\n")
		if !g.system() {
			t.Errorf("%s is said to be left behind: %+v", fn, g)
		}
	}
}
