package engine_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/engine"
	"github.com/braid-go/braid/inspect"
)

var tarry = engine.Define("test.tarry", func(ctx context.Context, _ int) (int, error) {
	<-ctx.Done()
	return 0, context.Cause(ctx)
})

func TestTheTasksOfAJobAreOfOneKindToWhoLooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) error {
				_, err := engine.Map(ctx, engine.Local(), tarry, make([]int, 100), braid.Limit(40))
				return err
			})
			synctest.Wait()
			text := inspect.Take(inspect.Within(ctx)).String()
			for _, want := range []string{"test.tarry[0]", "…and 37 more like test.tarry, running", "…and 57 more like test.tarry, queued"} {
				if !strings.Contains(text, want) {
					t.Errorf("there is no %q in\n%s", want, text)
				}
			}
			g.Cancel()
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}
