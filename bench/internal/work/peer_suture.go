package work

import (
	"context"

	"github.com/thejerf/suture/v4"
)

var _ = newPeer(31, "suture", "github.com/thejerf/suture/v4", "a Supervisor for each call",
	serving.by(func(ctx context.Context, parts []partFunc) error {
		s := suture.New("bench", suture.Spec{EventHook: func(suture.Event) {}})
		for i, part := range parts {
			s.Add(sutureService{partNames[i], part})
		}
		return s.Serve(ctx)
	}),
)

type sutureService struct {
	name string
	run  partFunc
}

func (s sutureService) Serve(ctx context.Context) error { return s.run(ctx) }
func (s sutureService) String() string                  { return s.name }
