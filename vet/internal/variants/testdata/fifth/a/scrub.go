package a

import (
	"context"
	"fmt"
	"log/slog"
	"time"
)

// want-rule (a): the cancellation breaks the loop and what comes after it returns the part that was checked as the whole
func (s *Scrubber) ScrubVolume(ctx context.Context, vol Volume) (ScrubReport, error) {
	var rep ScrubReport
	pace := time.NewTicker(s.pace)
	defer pace.Stop()
scan:
	for blk := range vol.Blocks() {
		select {
		case <-ctx.Done():
			slog.Info("scrub interrupted", "offset", blk.Offset)
			break scan
		case <-pace.C:
		}
		ok, err := vol.Check(ctx, blk)
		if err != nil {
			return rep, fmt.Errorf("check block at %d: %w", blk.Offset, err)
		}
		rep.Checked++
		if !ok {
			rep.Bad = append(rep.Bad, blk.Offset)
		}
	}
	slog.Info("scrub finished", "checked", rep.Checked, "bad", len(rep.Bad))
	return rep, nil
}

// fine: the loop is left the same way, but why it was left goes out with the report
func (s *Scrubber) ScrubVolumeOK(ctx context.Context, vol Volume) (ScrubReport, error) {
	var rep ScrubReport
	var cut error
	pace := time.NewTicker(s.pace)
	defer pace.Stop()
scan:
	for blk := range vol.Blocks() {
		select {
		case <-ctx.Done():
			slog.Info("scrub interrupted", "offset", blk.Offset)
			cut = context.Cause(ctx)
			break scan
		case <-pace.C:
		}
		ok, err := vol.Check(ctx, blk)
		if err != nil {
			return rep, fmt.Errorf("check block at %d: %w", blk.Offset, err)
		}
		rep.Checked++
		if !ok {
			rep.Bad = append(rep.Bad, blk.Offset)
		}
	}
	slog.Info("scrub finished", "checked", rep.Checked, "bad", len(rep.Bad))
	return rep, cut
}
