package temporal_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/temporal"
	failurepb "go.temporal.io/api/failure/v1"
	sdk "go.temporal.io/sdk/temporal"
	"google.golang.org/protobuf/proto"
)

type quota struct {
	Left int
	Of   string
}

func (e *quota) Error() string { return fmt.Sprintf("%d left of %s", e.Left, e.Of) }

type wrapping struct {
	Op  string
	Err error `json:"-"`
}

func (e *wrapping) Error() string { return e.Op + ": " + e.Err.Error() }
func (e *wrapping) Unwrap() error { return e.Err }

type stranger struct{ Err error }

func (e stranger) Error() string { return "stranger: " + e.Err.Error() }
func (e stranger) Unwrap() error { return e.Err }

var errOurs = errors.New("ours")

func init() {
	temporal.RegisterError("test.ours", errOurs)
	temporal.RegisterErrorType[*quota]("test.quota")
	temporal.RegisterErrorType[*wrapping]("test.wrapping")
}

// sent gives err as it arrives in another process, by both ways there are.
func sent(t *testing.T, err error) error {
	t.Helper()
	got, failed := temporal.DecodeError(temporal.EncodeError(err))
	if failed != nil {
		t.Fatal(failed)
	}
	return got
}

// failed gives err as the SDK carries it, through the bytes of its message.
func failed(t *testing.T, err error) error {
	t.Helper()
	conv := temporal.FailureConverter(nil)
	data, bad := proto.Marshal(conv.ErrorToFailure(err))
	if bad != nil {
		t.Fatal(bad)
	}
	var f failurepb.Failure
	if bad := proto.Unmarshal(data, &f); bad != nil {
		t.Fatal(bad)
	}
	return conv.FailureToError(&f)
}

// tangle is the error of groups in groups, with all there is.
func tangle(t *testing.T) error {
	t.Helper()
	running := make(chan bool)
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.Go(func(context.Context) error {
			<-running
			<-running
			return fmt.Errorf("reading: %w", io.EOF)
		}, braid.Name("reader"))
		g.Go(func(ctx context.Context) error {
			running <- true
			<-ctx.Done()
			return errors.Join(&quota{3, "discs"}, &wrapping{"open", fmt.Errorf("%w and %w", fs.ErrNotExist, errOurs)}, context.Cause(ctx))
		}, braid.Name("late"))
		g.Go(func(ctx context.Context) error {
			running <- true
			<-ctx.Done()
			return braid.Run(context.WithoutCancel(ctx), func(ctx context.Context, g *braid.Group) error {
				mad := braid.Fork(g, func(context.Context) (int, error) { panic(errOurs) }, braid.Name("mad"))
				<-mad.Done()
				return stranger{errors.New("lost")}
			}, braid.Name("inner"), braid.PanicsAsErrors)
		}, braid.Name("nest"))
		return nil
	}, braid.Name("job"))
	if err == nil {
		t.Fatal("nothing failed")
	}
	return err
}

func TestATreeArrivesWhole(t *testing.T) {
	tree := tangle(t)
	for way, got := range map[string]error{"json": sent(t, tree), "failure": failed(t, tree)} {
		t.Run(way, func(t *testing.T) {
			if got.Error() != tree.Error() {
				t.Errorf("got  %v\nwant %v", got, tree)
			}
			if way == "json" {
				if a, b := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", tree); a != b {
					t.Errorf("got  %s\nwant %s", a, b)
				}
			}
			for _, target := range []error{io.EOF, errOurs, fs.ErrNotExist} {
				if !errors.Is(got, target) {
					t.Errorf("%v is gone", target)
				}
			}
			var q *quota
			if !errors.As(got, &q) || *q != (quota{3, "discs"}) {
				t.Errorf("quota is gone: %v", q)
			}
			var w *wrapping
			if !errors.As(got, &w) || w.Op != "open" {
				t.Errorf("wrapping is gone: %v", w)
			}
			var g *braid.GroupError
			if !errors.As(got, &g) || g.Primary().Path() != "job/reader" || g.Path() != "job" || g.Opened() != tree.(*braid.GroupError).Opened() {
				t.Errorf("the group is not what it was: %+v", g)
			}
			var after []string
			for _, e := range g.Errors() {
				if te := e.(*braid.TaskError); te.AfterCancel {
					after = append(after, te.Path())
				}
			}
			if len(after) != 2 {
				t.Errorf("after cancel: %v", after)
			}
			var p *braid.PanicError
			if !errors.As(got, &p) || p.Path != "job/nest/inner/mad" || p.Value != error(errOurs) || !strings.Contains(string(p.Stack), "wire_test.go") {
				t.Errorf("the panic is not what it was: %v", p)
			}
			var strangers []string
			braid.Subgroup(got, func(node error) bool {
				var r *temporal.RemoteError
				if as, ok := node.(interface{ As(any) bool }); ok && as.As(&r) || errors.As(node, &r) {
					strangers = append(strangers, r.Type+" "+r.Text)
				}
				return false
			})
			if !slices.Contains(strangers, "temporal_test.stranger stranger: lost") {
				t.Errorf("the stranger is not readable: %q", strangers)
			}
		})
	}
}

func TestRule4_5_SplitAndCatchWorkOnTheOtherSide(t *testing.T) {
	tree := tangle(t)
	for _, match := range map[string]braid.Matcher{
		"sentinel": braid.Is(errOurs), "EOF": braid.Is(io.EOF), "type": braid.As[*quota](), "panic": braid.As[*braid.PanicError](),
		"none": braid.As[*os.PathError](), "all": braid.As[*braid.GroupError](), "cancel": braid.Is(context.Canceled),
	} {
		a, b := braid.Split(tree, match)
		c, d := braid.Split(sent(t, tree), match)
		if fmt.Sprintf("%+v|%+v", a, b) != fmt.Sprintf("%+v|%+v", c, d) {
			t.Errorf("here:  %+v\n%+v\nthere: %+v\n%+v", a, b, c, d)
		}
	}
	seen := 0
	rest := braid.Catch(failed(t, tree), braid.On(func(_ error, q []*quota) error { seen = len(q); return nil }))
	if _, still := braid.Split(rest, braid.As[*quota]()); seen != 1 || still == nil {
		t.Error(seen, rest)
	}
}

func TestTimeoutsAndAdviceArrive(t *testing.T) {
	late := braid.Timeout(context.Background(), time.Millisecond, func(ctx context.Context) error {
		<-ctx.Done()
		return errors.Join(ctx.Err(), errOurs)
	}, braid.Name("slow"))
	timeout := braid.Timeout(context.Background(), time.Millisecond, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, braid.Name("slow"))
	for _, err := range []error{late, timeout} {
		got := sent(t, err)
		to, ok := braid.TimedOut(got)
		if !ok || to.Name != "slow" || got.Error() != err.Error() || errors.Is(got, errOurs) != errors.Is(err, errOurs) {
			t.Errorf("got %v, want %v", got, err)
		}
	}
	if !errors.Is(sent(t, timeout), context.DeadlineExceeded) {
		t.Error("a timeout is no deadline any more")
	}
	conv := temporal.FailureConverter(nil)
	if f := conv.ErrorToFailure(braid.Permanent(errOurs)); !f.GetApplicationFailureInfo().NonRetryable {
		t.Error("permanent errors would be tried again")
	}
	if f := conv.ErrorToFailure(braid.RetryAfter(errOurs, time.Minute)); f.GetApplicationFailureInfo().GetNextRetryDelay().AsDuration() != time.Minute {
		t.Error("when to try again is lost")
	}
	if f := conv.ErrorToFailure(&braid.PanicError{Value: "x"}); !f.GetApplicationFailureInfo().NonRetryable {
		t.Error("a panic would be tried again")
	}
	if f := conv.ErrorToFailure(errors.New("x")); f.GetApplicationFailureInfo().NonRetryable || f.Message != "x" || f.GetApplicationFailureInfo().Details != nil {
		t.Errorf("a plain error is not sent plainly: %v", f)
	}
}

func TestACancellationArrives(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(errOurs)
	err := braid.Run(ctx, func(context.Context, *braid.Group) error { return nil })
	got := sent(t, err)
	if !errors.Is(got, context.Canceled) || !errors.Is(got, errOurs) || got.Error() != err.Error() {
		t.Errorf("got %v, want %v", got, err)
	}
	var cause error
	_ = braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		begun := make(chan struct{})
		g.Go(func(ctx context.Context) error { close(begun); <-ctx.Done(); cause = context.Cause(ctx); return nil })
		g.Go(func(context.Context) error { <-begun; return errOurs }, braid.Name("bad"))
		return nil
	}, braid.Name("g"))
	c, was := sent(t, cause).(*braid.Cancellation), cause.(*braid.Cancellation)
	if c.By() != "g/bad" || errors.Is(c, errOurs) || !errors.Is(c.Reason(), errOurs) || !c.At().Equal(was.At()) || c.Error() != was.Error() || c.Site() != was.Site() {
		t.Errorf("got %v, want %v", c, was)
	}
}

func TestPanicValuesArrive(t *testing.T) {
	for _, v := range []any{"text", 7, true, 2.5, int64(-9), uint64(math.MaxUint64)} {
		got := sent(t, &braid.PanicError{Value: v, Path: "p"}).(*braid.PanicError)
		if got.Value != v {
			t.Errorf("got %#v, want %#v", got.Value, v)
		}
	}
	got := sent(t, &braid.PanicError{Value: []int{1, 2}, Siblings: errOurs}).(*braid.PanicError)
	if v := got.Value.(temporal.RemoteValue); v.Type != "[]int" || v.String() != "[1 2]" || got.Siblings != errOurs {
		t.Errorf("got %#v", got)
	}
}

func TestErrorsOfTheSDKArriveWithWhatIsBelow(t *testing.T) {
	app := sdk.NewApplicationErrorWithCause("no", "Refused", tangle(t))
	got := failed(t, app)
	var a *sdk.ApplicationError
	if !errors.As(got, &a) || a.Type() != "Refused" || !errors.Is(got, io.EOF) {
		t.Errorf("%v", got)
	}
	again := failed(t, got) // passed on by a workflow
	if !errors.As(again, &a) || a.Type() != "Refused" || !errors.Is(again, errOurs) {
		t.Errorf("%v", again)
	}
	nested := sent(t, errors.Join(errOurs, got))
	if !errors.As(nested, &a) || a.Type() != "Refused" || !errors.Is(nested, io.EOF) {
		t.Errorf("%v", nested)
	}
	var te *braid.TaskError
	if !errors.As(nested, &te) {
		t.Error("the tree below is gone")
	}
}

func TestALargeTreeIsCutNotRefused(t *testing.T) {
	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		for range 5000 {
			g.Go(func(context.Context) error { return errors.New(strings.Repeat("long ", 200)) })
		}
		return nil
	}, braid.Supervised, braid.Keep(5000))
	data := temporal.EncodeError(err)
	if len(data) > temporal.MaxErrorSize {
		t.Errorf("%d bytes", len(data))
	}
	got, bad := temporal.DecodeError(data)
	if bad != nil {
		t.Fatal(bad)
	}
	g := got.(*braid.GroupError)
	if len(g.Errors())+g.Dropped() != 5000 || len(g.Errors()) == 0 {
		t.Errorf("%d and %d", len(g.Errors()), g.Dropped())
	}
	deep := errOurs
	for range 3_000 {
		deep = fmt.Errorf("w: %w", deep)
	}
	if _, bad := temporal.DecodeError(temporal.EncodeError(deep)); bad != nil {
		t.Error(bad)
	}
}

type forger struct{ n int }

func (e forger) Error() string { return "forged" }
func (e forger) Unwrap() error { return forger{e.n + 1} }

type ring struct{ errs []error }

func (e *ring) Error() string   { return "ring" }
func (e *ring) Unwrap() []error { return e.errs }

type hostile struct{}

func (hostile) Error() string { panic("Error") }
func (hostile) Is(error) bool { panic("Is") }
func (hostile) As(any) bool   { panic("As") }
func (hostile) Unwrap() error { panic("Unwrap") }
func (hostile) Timeout() bool { panic("Timeout") }

func TestRule4_7_HostileErrorsCannotHangOrCrashTheCodec(t *testing.T) {
	r := &ring{}
	r.errs = []error{r, errOurs, r}
	var none *braid.TaskError
	var nopanic *braid.PanicError
	for _, err := range []error{forger{}, r, hostile{}, none, nopanic, &braid.GroupError{}, &braid.TaskError{}, &braid.PanicError{}, &braid.TimeoutError{}, errors.Join(r, hostile{})} {
		_ = sent(t, err).Error()
		if f := temporal.FailureConverter(nil).ErrorToFailure(err); f == nil {
			t.Error("no failure")
		}
	}
	if !errors.Is(sent(t, r), errOurs) {
		t.Error("lost in the ring")
	}
	if err, bad := temporal.DecodeError(json.RawMessage(`{"braid":9}`)); err != nil || bad == nil {
		t.Error("an unknown version is taken")
	}
	if err, bad := temporal.DecodeError(temporal.EncodeError(nil)); err != nil || bad != nil {
		t.Error("nil does not stay nil")
	}
}

// FuzzDecode: whatever is sent, decoding gives an error that can be printed,
// taken apart and sent again, which then stays as it is.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(temporal.EncodeError(tangle(&testing.T{}))))
	f.Add([]byte(temporal.EncodeError(errors.Join(io.EOF, stranger{errOurs}, sdk.NewApplicationError("a", "T")))))
	f.Add([]byte(`{"braid":1,"nodes":[{"kind":"panic","kids":1,"flags":384},{"kind":"task"}]}`))
	f.Add([]byte(`{"braid":1,"nodes":[{"kind":"late","kids":2},{"kind":"cancellation","type":"4"},{"kind":"timeout"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		err, bad := temporal.DecodeError(data)
		if bad != nil || err == nil {
			return
		}
		if matched, rest := braid.Split(err, braid.Is(io.EOF)); matched == nil && rest == nil {
			t.Error("Split lost it all")
		}
		once := sent(t, err)
		twice := sent(t, once)
		if a, b := fmt.Sprintf("%+v", once), fmt.Sprintf("%+v", twice); a != b {
			t.Errorf("not stable:\n%s\n%s", a, b)
		}
		if errors.Is(err, io.EOF) != errors.Is(once, io.EOF) {
			t.Errorf("EOF came or went: %v", err)
		}
	})
}

// FuzzTree: the laws of sending a tree that is made from the fuzzer's bytes.
func FuzzTree(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13})
	f.Add([]byte{20, 7, 3, 3, 9, 1, 12, 5, 5, 2, 0, 8})
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 200 {
			return
		}
		err := grown(data)
		got := sent(t, err)
		if a, b := fmt.Sprint(err), fmt.Sprint(got); a != b {
			t.Errorf("text: %s\n  want %s", b, a)
		}
		for _, target := range []error{io.EOF, errOurs, context.Canceled, context.DeadlineExceeded} {
			if errors.Is(got, target) != errors.Is(err, target) {
				t.Errorf("%v came or went: %v", target, err)
			}
		}
		for _, match := range []braid.Matcher{braid.Is(io.EOF), braid.As[*quota](), braid.As[*braid.PanicError](), braid.Is(context.Canceled)} {
			a, b := braid.Split(err, match)
			c, d := braid.Split(got, match)
			if fmt.Sprint(a, b) != fmt.Sprint(c, d) {
				t.Errorf("split: %v | %v\n  want %v | %v", c, d, a, b)
			}
		}
	})
}

// grown makes an error from bytes: leaves are pushed, branches take what is there.
func grown(data []byte) error {
	made := []error{errOurs}
	pop := func() error {
		e := made[len(made)-1]
		if made = made[:len(made)-1]; len(made) == 0 {
			made = []error{io.EOF}
		}
		return e
	}
	for _, b := range data {
		var e error
		switch b % 16 {
		case 0:
			e = io.EOF
		case 1:
			e = &quota{int(b), "bytes"}
		case 2:
			e = fmt.Errorf("at %d: %w", b, pop())
		case 3:
			e = errors.Join(pop(), pop())
		case 4:
			e = fmt.Errorf("%w and %w", pop(), pop())
		case 5:
			e = &braid.PanicError{Value: pop(), Path: "p", Stack: []byte("stack")}
		case 6:
			e = &braid.PanicError{Value: int(b), Siblings: pop()}
		case 7:
			e = &braid.TimeoutError{Name: "n", After: time.Duration(b), Err: pop()}
		case 8:
			e = &wrapping{"op", pop()}
		case 9:
			e = context.Canceled
		case 10:
			e = stranger{pop()}
		case 11:
			first, second := pop(), pop()
			e = braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
				g.Go(func(context.Context) error { return first }, braid.Name("a"))
				if b > 100 {
					return second
				}
				return nil
			}, braid.Name("g"), braid.Supervised)
		case 12:
			e = braid.Permanent(pop())
		case 13:
			e = braid.RetryAfter(pop(), time.Duration(b))
		case 14:
			e = context.DeadlineExceeded
		case 15:
			e = errors.New("plain")
		}
		made = append(made, e)
	}
	return errors.Join(made...)
}

func TestWhatIsTooLargeIsAnErrorThatNamesItAndItsSize(t *testing.T) {
	large := strings.Repeat("x", temporal.MaxPayload+1)
	if err := temporal.CheckSize(nil, "a result", large); !errors.Is(err, temporal.ErrTooLarge) || !strings.Contains(err.Error(), "a result: 2.0 MiB") {
		t.Error(err)
	}
	if err := temporal.CheckSize(nil, "a result", "small"); err != nil {
		t.Error(err)
	}
	if err := temporal.CheckSize(nil, "a result", func() {}); err == nil || errors.Is(err, temporal.ErrTooLarge) {
		t.Error(err)
	}
	err := run(t, func(ctx wctx, g *group) error {
		g.Go(func(ctx wctx) error { _, err := temporal.Activity[int](ctx, "post", large); return err }, temporal.Name("poster"))
		g.Go(func(ctx wctx) error { _, err := temporal.Child[int](ctx, idle, large); return err })
		return nil
	}, temporal.Supervised)
	if !errors.Is(err, temporal.ErrTooLarge) || !strings.Contains(err.Error(), "poster: braid: too large to be sent: the arguments of activity post: 2.0 MiB") || !strings.Contains(err.Error(), "child workflow idle") {
		t.Error(err)
	}
}
