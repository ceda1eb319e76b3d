package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"

	"github.com/braid-go/braid/bench/internal/table"
)

// This file keeps samples between runs of the program, so that a table can be
// measured in parts, when a machine has a few quiet minutes at a time.

// A kept is what the file has of a cell. Only samples of the very same work are
// gone on with.
type kept struct {
	Order   order
	Name    string
	Samples []table.Sample
}

// recall gives an empty result for each cell, or what the file has of it; no
// file at all has nothing. More samples than there are rounds are left out.
func recall(file string, cells []cell, times int) ([]table.Cell, error) {
	results := make([]table.Cell, len(cells))
	for i, c := range cells {
		results[i] = table.Cell{Workload: c.order.Workload, Peer: c.name}
	}
	if file == "" {
		return results, nil
	}
	all, err := read(file)
	if err != nil {
		return nil, err
	}
	for i, c := range cells {
		for _, k := range all {
			if k.Order == c.order && k.Name == c.name {
				results[i].Samples = k.Samples[:min(len(k.Samples), times)]
			}
		}
	}
	return results, nil
}

func read(file string) (all []kept, err error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return all, json.Unmarshal(text, &all)
}

// keep writes what has been measured to the file, beside what it has of other
// cells.
func keep(file string, cells []cell, results []table.Cell) error {
	if file == "" {
		return nil
	}
	all, err := read(file)
	if err != nil {
		return err
	}
	for i, c := range cells {
		if len(results[i].Samples) == 0 {
			continue
		}
		now, there := kept{c.order, c.name, results[i].Samples}, false
		for j, k := range all {
			if k.Order == now.Order && k.Name == now.Name {
				if there = true; len(k.Samples) < len(now.Samples) {
					all[j] = now
				}
			}
		}
		if !there {
			all = append(all, now)
		}
	}
	text, err := json.Marshal(all)
	if err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o600)
}
