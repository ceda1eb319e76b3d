package braidtest_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/braidtest"
)

// The examples run tests that fail. try runs one under its name and prints what
// it says, with N for the numbers of lines. In a test of one's own, t is the
// *testing.T that the test is given.
func try(name string, test func(t *fake)) { fmt.Println(plain(run(name, test))) }

// tryReal is try for what needs a real *testing.T, as bubbles do.
func tryReal(name string, test func(t *testing.T)) { fmt.Println(plain(runReal(name, test))) }

// A cache that refreshes itself. Its Close forgets to wait.
type cache struct {
	g     *braid.Group
	disk  chan struct{}
	ready chan struct{}
}

func openCache(disk chan struct{}) *cache {
	g, _ := braid.Open(context.Background(), braid.Name("cache"))
	c := &cache{g, disk, make(chan struct{})}
	g.Go(c.refresh, braid.Name("refresh"))
	<-c.ready
	return c
}

func (c *cache) refresh(ctx context.Context) error {
	close(c.ready)
	<-c.disk // does not look at ctx
	return nil
}

func (c *cache) Close() { c.g.Cancel() }

func ExampleCheck() {
	disk := make(chan struct{})
	defer close(disk)

	try("TestCache", func(t *fake) {
		braidtest.Check(t)
		c := openCache(disk)
		defer c.Close()
	})
	// Output:
	// TestCache left a goroutine behind:
	// └─ task cache/refresh, of braidtest_test.(*cache).refresh
	//       chan receive in braidtest_test.(*cache).refresh (example_test.go:N)
	//       although its group was cancelled: context canceled: cache was cancelled at example_test.go:N
}

// Code that knows nothing of braid is looked after in the same way.
func ExampleCheck_goroutine() {
	results := make(chan int)
	ask := func() { results <- 42 }

	try("TestFirstAnswer", func(t *fake) {
		braidtest.Check(t)
		go ask()
		go ask()
		<-results // and nobody takes the other one
	})
	<-results
	// Output:
	// TestFirstAnswer left a goroutine behind:
	// └─ goroutine started in braidtest_test.ExampleCheck_goroutine.func2 (example_test.go:N)
	//       chan send in braidtest_test.ExampleCheck_goroutine.func1 (example_test.go:N)
}

func ExampleAllow() {
	disk := make(chan struct{})
	defer close(disk)

	try("TestCache", func(t *fake) {
		braidtest.Check(t, braidtest.Allow("github.com/braid-go/braid/braidtest_test.(*cache).*"))
		openCache(disk)
	})
	// Output:
}

func ExamplePatience() {
	disk := make(chan struct{})
	defer close(disk)

	try("TestCache", func(t *fake) {
		braidtest.Check(t, braidtest.Patience(10*time.Millisecond))
		openCache(disk)
	})
	// Output:
	// TestCache left a goroutine behind:
	// └─ task cache/refresh, of braidtest_test.(*cache).refresh
	//       chan receive in braidtest_test.(*cache).refresh (example_test.go:N)
	//       its group, opened at example_test.go:N, is still open
}

// Options that a package's tests share are written down once.
func ExampleOption() {
	known := []braidtest.Option{
		braidtest.Allow("go.example.com/metrics.*"),
		braidtest.Patience(time.Second),
	}
	try("TestNothing", func(t *fake) { braidtest.Check(t, known...) })
	// Output:
}

// With this in one of a package's test files, all its tests are looked after.
func ExampleMain() {
	TestMain := func(m *testing.M) { braidtest.Main(m) }

	_ = TestMain
	// Output:
}

// A test that takes an hour, and no time.
func ExampleRun() {
	TestTimeout := func(t *testing.T) {
		braidtest.Run(t, func(t *testing.T) {
			err := braid.Timeout(t.Context(), time.Hour, func(ctx context.Context) error {
				<-ctx.Done()
				return ctx.Err()
			})
			if _, ok := braid.TimedOut(err); !ok {
				t.Error(err)
			}
		})
	}

	_ = TestTimeout
	// Output:
}
