package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/bench/internal/table"
	"github.com/braid-go/braid/progress"
)

// This file runs the cells, one at a time: all of them in each round, the peers
// of a workload one right after the other, each round beginning with another of
// them, so that whatever the machine does besides falls on all alike.

// rounds measures each cell that many times, but for what the results have
// already, and adds to them. A cell that fails is not measured again, and the
// others go on. When the time is over, unless that is 0, it ends before the next
// workload, and tells how many measurements are left. The error tells only of an
// interruption.
func rounds(ctx context.Context, cells []cell, results []table.Cell, times int, within time.Duration, measure func(context.Context, cell) (table.Sample, error), stderr io.Writer) (left int, err error) {
	p := progress.New("bench")
	for i := range cells {
		if results[i].Failed == "" {
			left += max(times-len(results[i].Samples), 0)
		}
	}
	p.Total(left)
	begun, workload := time.Now(), ""
	err = braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		p.Show(g, 5*time.Second, progress.Lines(stderr))
		for round := range times {
			for _, i := range turn(cells, round) {
				if results[i].Failed != "" || len(results[i].Samples) > round {
					continue
				}
				if now := cells[i].order.Workload; now != workload {
					if within > 0 && workload != "" && time.Since(begun) > within {
						return nil
					}
					workload = now
				}
				sample, err := measure(ctx, cells[i])
				if ctx.Err() != nil {
					return ctx.Err()
				}
				left--
				if err != nil {
					results[i].Failed = err.Error()
					p.Fail(1)
					left -= times - len(results[i].Samples) - 1
					p.Skip(times - len(results[i].Samples) - 1)
					continue
				}
				results[i].Samples = append(results[i].Samples, sample)
				p.Done(1)
			}
		}
		return nil
	}, braid.Name("bench"))
	return left, err
}

// turn gives the order of the cells in a round: by workload, the peers of each
// turned by as many places as rounds have passed.
func turn(cells []cell, round int) []int {
	var out []int
	for from := 0; from < len(cells); {
		to := from + 1
		for to < len(cells) && cells[to].order.Workload == cells[from].order.Workload {
			to++
		}
		for i := range to - from {
			out = append(out, from+(i+round)%(to-from))
		}
		from = to
	}
	return out
}

// atMost is how long one process may take before something must be wrong.
const atMost = 5 * time.Minute

// inProcess measures a cell once, in a process of its own.
func inProcess(ctx context.Context, c cell) (sample table.Sample, err error) {
	text, err := json.Marshal(c.order)
	if err != nil {
		return sample, err
	}
	err = braid.Timeout(ctx, atMost, func(ctx context.Context) error {
		cmd := exec.CommandContext(ctx, c.program)
		cmd.Env = append(os.Environ(), orderVariable+"="+string(text))
		var complaint bytes.Buffer
		cmd.Stderr = &complaint
		out, err := cmd.Output()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			if line, _, _ := strings.Cut(strings.TrimSpace(complaint.String()), "\n"); line != "" {
				return errors.New(line)
			}
			return err
		}
		if err := json.Unmarshal(out, &sample); err != nil {
			return fmt.Errorf("the answer makes no sense: %w", err)
		}
		return nil
	}, braid.Name(c.order.Workload+" by "+c.name))
	return sample, err
}
