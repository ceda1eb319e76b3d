// Commands that are run where they are made.

package noctx

import (
	"context"
	"os/exec"
)

func opens(ctx context.Context, url string) error {
	_ = exec.Command("open", url).Start()
	if err := exec.Command("open", url).Start(); err != nil {
		return err
	}
	go exec.Command("open", url).Run()
	return ctx.Err()
}

func runs(ctx context.Context, url string) error {
	if err := exec.Command("open", url).Run(); err != nil { // want `Command does not know ctx`
		return err
	}
	_, err := exec.Command("open", url).Output() // want `Command does not know ctx`
	if err == nil {
		_, err = exec.Command("open", url).CombinedOutput() // want `Command does not know ctx`
	}
	return err
}
