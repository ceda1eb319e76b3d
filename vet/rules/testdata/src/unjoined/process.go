// Processes, and waits that are deferred too late.

package unjoined

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log"
	"os"
	"os/exec"
	"sync"
	"time"
)

func lines(ctx context.Context, name string) (n int, err error) {
	cmd := exec.CommandContext(ctx, name)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	log.Println("started", cmd.Process.Pid, cmd)
	s := bufio.NewScanner(out)
	for s.Scan() {
		if s.Text() == "" {
			return n, errors.New("empty line") // want `this return leaves cmd before its Wait`
		}
		n++
	}
	return n, cmd.Wait()
}

func feed(name string, in io.Reader) error {
	cmd := exec.Command(name)
	to, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	err = cmd.Start()
	if err != nil {
		return err
	}
	_, err = io.Copy(to, in)
	if err != nil {
		return err // want `this return leaves cmd before its Wait`
	}
	to.Close()
	return cmd.Wait()
}

func lateDefer(name string, ready func() error) error {
	cmd := exec.Command(name)
	if cmd.Start() != nil {
		return errors.New("not started")
	}
	if err := ready(); err != nil {
		return err // want `this return leaves cmd before its Wait`
	}
	defer cmd.Wait()
	return ready()
}

func killed(name string, ready func() error) error {
	cmd := exec.Command(name)
	if err := cmd.Start(); err != nil {
		return err
	}
	if err := ready(); err != nil {
		cmd.Process.Kill()
		return err
	}
	return cmd.Wait()
}

func killedAndAwaited(name string, ready func() error) error {
	cmd := exec.Command(name)
	if err := cmd.Start(); err != nil {
		return err
	}
	if err := ready(); err != nil {
		return errors.Join(err, cmd.Process.Kill(), cmd.Wait())
	}
	return cmd.Wait()
}

func tidied(name string, ready func() error) error {
	cmd := exec.Command(name)
	if err := cmd.Start(); err != nil {
		return err
	}
	defer func() {
		cmd.Process.Kill()
		cmd.Wait()
	}()
	if err := ready(); err != nil {
		return err
	}
	return ready()
}

func awaitedElsewhere(name string, ready func() error) error {
	cmd := exec.Command(name)
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() { log.Println(cmd.Wait()) }()
	return ready()
}

func handedOn(name string, wait func(*exec.Cmd) error, ready func() error) error {
	cmd := exec.Command(name)
	if err := cmd.Start(); err != nil {
		return err
	}
	if err := ready(); err != nil {
		return errors.Join(err, wait(cmd))
	}
	return cmd.Wait()
}

func startedOrElse(name string, retry bool, ready func() error) error {
	cmd := exec.Command(name)
	err := cmd.Start()
	if err != nil && !retry {
		return err
	}
	if err == nil {
		err = cmd.Wait()
	} else {
		return err
	}
	return err
}

func startedElse(name string, ready func() error) error {
	cmd := exec.Command(name)
	if err := cmd.Start(); err == nil {
		log.Println("started")
	} else {
		return err
	}
	return cmd.Wait()
}

func leftRunning(name string, ready func() error) error {
	cmd := exec.Command(name, "--daemon")
	if err := cmd.Start(); err != nil {
		return err
	}
	return ready()
}

func timed(name string) (time.Duration, error) {
	cmd := exec.Command(name)
	begin := time.Now()
	var err error
	if err = cmd.Start(); err != nil {
		return 0, err
	}
	err = cmd.Wait()
	return time.Since(begin), err
}

// A wait that is deferred.

func deferredLate(f *os.File, ready func() error) error {
	var wg sync.WaitGroup
	wg.Go(func() { f.Sync() })
	if err := ready(); err != nil {
		return err // want `this return leaves wg before its Wait`
	}
	defer wg.Wait()
	return ready()
}

func deferredLateInLit(f *os.File, ready func() error) error {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		f.Sync()
	}()
	if err := ready(); err != nil {
		return err // want `this return leaves wg before its Wait`
	}
	defer func() {
		f.Close()
		wg.Wait()
	}()
	return ready()
}

func deferredFirst(f *os.File, ready func() error) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() { f.Sync() })
	if err := ready(); err != nil {
		return err
	}
	return ready()
}

func deferredRight(f *os.File, ready func() error) error {
	var wg sync.WaitGroup
	if err := ready(); err != nil {
		return err
	}
	wg.Go(func() { f.Sync() })
	defer wg.Wait()
	return ready()
}

func deferredBoth(f *os.File, ready func() error) error {
	var wg sync.WaitGroup
	wg.Go(func() { f.Sync() })
	if err := ready(); err != nil {
		wg.Wait()
		return err
	}
	defer wg.Wait()
	return ready()
}

func deferredMaybe(f *os.File, tidy bool, ready func() error) error {
	var wg sync.WaitGroup
	if tidy {
		defer wg.Wait()
	}
	wg.Go(func() { f.Sync() })
	if err := ready(); err != nil {
		return err
	}
	return ready()
}

// The start has failed, however that is asked.

func startAskedAs(cmd string) error {
	c := exec.Command(cmd)
	err := c.Start()
	if errors.Is(err, exec.ErrNotFound) {
		return errors.New("install it first")
	}
	if err != nil {
		return err
	}
	return c.Wait()
}

func startInSwitch(cmd string) error {
	c := exec.Command(cmd)
	switch err := c.Start(); {
	case err != nil:
		return err
	}
	return c.Wait()
}

func startThenOther(cmd string, ready func() error) error {
	c := exec.Command(cmd)
	err := c.Start()
	if err == nil {
		err = ready()
	}
	if err != nil {
		return err // want `leaves c before its Wait`
	}
	return c.Wait()
}
