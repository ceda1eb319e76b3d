package braid_test

import (
	"context"
	"errors"
	"testing"

	"github.com/braid-go/braid"
)

// rule 4.3
func TestRule4_3_AnInnerGroupsErrorIsOneBranchOfTheOuters(t *testing.T) {
	one, two, three := errors.New("one"), errors.New("two"), errors.New("three")
	err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				g.Go(func(context.Context) error { return one })
				g.Go(func(context.Context) error { return two })
				return nil
			}, braid.Name("inner"), braid.Supervised)
		}, braid.Name("branch"))
		g.Go(func(context.Context) error { return three }, braid.Name("leaf"))
		return nil
	}, braid.Name("outer"), braid.Supervised)

	var outer *braid.GroupError
	if !errors.As(err, &outer) || len(outer.Errors()) != 2 {
		t.Fatalf("the outer group has not two failures: %v", err)
	}
	var inner *braid.GroupError
	for _, e := range outer.Errors() {
		te := e.(*braid.TaskError)
		switch te.Path() {
		case "outer/branch":
			var ok bool
			if inner, ok = te.Err.(*braid.GroupError); !ok {
				t.Fatalf("the branch holds %T, not the inner group's error", te.Err)
			}
		case "outer/leaf":
			if te.Err != three {
				t.Errorf("the leaf holds %v", te.Err)
			}
		default:
			t.Errorf("unexpected path %q", te.Path())
		}
	}
	if inner == nil || len(inner.Errors()) != 2 || inner.Path() != "outer/branch/inner" {
		t.Fatalf("the inner group's error is not whole: %v", inner)
	}
	for _, want := range []error{one, two} {
		if !errors.Is(inner, want) {
			t.Errorf("the inner error lost %v", want)
		}
	}
	if errors.Is(inner, three) {
		t.Error("a failure of the outer group got into the inner error")
	}
}
