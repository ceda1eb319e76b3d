package main

import (
	"context"
	"os"

	"github.com/spf13/cobra"

	"github.com/braid-go/braid/vet"
)

// This file has the verb vet, which is the command braidvet: package vet has all
// of it. The go command starts braid again, as its tool (see main).

func vetCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:                "vet [flags] [packages]",
		Short:              "Find loose ends in Go code, and tie those that can be tied",
		DisableFlagParsing: true, // the go command knows its own, and the rules'
		RunE: func(_ *cobra.Command, words []string) error {
			ctx, statusOf, release := interruptible()
			defer release()
			if code := vet.Main(ctx, "braid vet", words, os.Stdout, os.Stderr); code != 0 {
				return exitStatus{code: statusOf(code)}
			}
			return nil
		},
	}
	cmd.SetHelpFunc(func(*cobra.Command, []string) {
		vet.Main(context.Background(), "braid vet", []string{"help"}, os.Stdout, os.Stderr)
	})
	return cmd
}
