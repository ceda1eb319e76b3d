package braid_test

import (
	"context"
	"errors"
	"io"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/braid-go/braid"
)

// This file has tests that are there because a fault in the code, put in on
// purpose, was found by no other: see docs/proof.md. Two more, which have to steer
// tasks or to look at what has ended, are with package braidtest.

func TestRule1_6_AGroupThatHasEndedIsNotKeptByTheOneAbove(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
			var ended weak.Pointer[braid.Group]
			err := braid.Run(ctx, func(ctx context.Context, inner *braid.Group) error {
				ended = weak.Make(inner)
				inner.Go(func(context.Context) error { time.Sleep(time.Second); return nil })
				return nil // and the join waits, listening to what happens above
			})
			for range 10 {
				runtime.GC()
			}
			if ended.Value() != nil {
				t.Error("the group above still knows it")
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestRule3_7_WhatATaskOfAnotherGroupHasFailedWithIsAFailure(t *testing.T) {
	var other error
	_ = braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		task := braid.Fork(g, func(context.Context) (int, error) { return 0, io.EOF }, braid.Name("read"))
		_, other = task.Wait(context.WithoutCancel(ctx))
		return nil
	}, braid.Name("first"))

	err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
		g.Go(func(context.Context) error { return other }, braid.Name("again"))
		return nil
	}, braid.Name("second"))
	var in *braid.TaskError
	if !errors.As(err, &in) || in.Path() != "second/again" || !errors.Is(err, io.EOF) {
		t.Errorf("got %v", err)
	}
}
