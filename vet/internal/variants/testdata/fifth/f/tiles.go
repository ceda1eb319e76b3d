package f

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"
)

// want-rule (f): the tasks fetch under the job's own context, so a failed tile does not stop the others
func (j *tileJob) RenderTiles() error {
	g, ctx := errgroup.WithContext(j.ctx)
	g.SetLimit(8)
	g.Go(func() error {
		manifest, err := j.cat.get(ctx, "/manifest")
		if err != nil {
			return fmt.Errorf("manifest: %w", err)
		}
		j.cache.put("manifest", manifest)
		return nil
	})
	for _, t := range j.tiles {
		g.Go(func() error {
			return j.renderTile(t)
		})
	}
	return g.Wait()
}

// part of RenderTiles: fetches one tile with the context of the job
func (j *tileJob) renderTile(t string) error {
	body, err := j.cat.get(j.ctx, "/tiles/"+t)
	if err != nil {
		return fmt.Errorf("tile %s: %w", t, err)
	}
	j.cache.put(t, body)
	return nil
}

// fine: the group's context is handed down to the helper
func (j *tileJob) RenderTilesOK() error {
	g, ctx := errgroup.WithContext(j.ctx)
	g.SetLimit(8)
	g.Go(func() error {
		manifest, err := j.cat.get(ctx, "/manifest")
		if err != nil {
			return fmt.Errorf("manifest: %w", err)
		}
		j.cache.put("manifest", manifest)
		return nil
	})
	for _, t := range j.tiles {
		g.Go(func() error {
			return j.renderTileContext(ctx, t)
		})
	}
	return g.Wait()
}

// part of RenderTilesOK: fetches one tile with the context it is given
func (j *tileJob) renderTileContext(ctx context.Context, t string) error {
	body, err := j.cat.get(ctx, "/tiles/"+t)
	if err != nil {
		return fmt.Errorf("tile %s: %w", t, err)
	}
	j.cache.put(t, body)
	return nil
}
