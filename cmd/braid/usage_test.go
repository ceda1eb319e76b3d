//go:build unix

package main

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

func TestBadInputIsOneLineAndStatus2AndStartsNothing(t *testing.T) {
	dir := t.TempDir()
	started := dir + "/started"
	write(t, dir+"/plain", "text")
	if err := os.Chmod(dir+"/plain", 0o644); err != nil {
		t.Fatal(err)
	}
	ok := []string{"touch", started}
	for want, args := range map[string][]string{
		"braid: nothing to do: give run, map, first, worker, ps, top or vet; see braid --help":                                                    {},
		`braid: unknown command "fly" for "braid"; see braid --help`:                                                                              {"fly"},
		`braid help: there is no verb "fly"; see braid help --help`:                                                                               {"help", "fly"},
		"braid: unknown flag: --fly; see braid --help":                                                                                            {"--fly"},
		"braid run: no command given; see braid run --help":                                                                                       {"run"},
		"braid map: no command given; see braid map --help":                                                                                       {"map", "--"},
		"braid first: no command after the last :::; see braid first --help":                                                                      append([]string{"first", "--"}, append(ok, ":::")...),
		"braid run: unknown flag: --fast; see braid run --help":                                                                                   append([]string{"run", "--fast", "--"}, ok...),
		"braid run: unknown shorthand flag: 'j' in -j; see braid run --help":                                                                      append([]string{"run", "-j", "3"}, ok...),
		`braid map: invalid argument "0" for "-j, --jobs" flag: want a whole number of at least 1; see braid map --help`:                          append([]string{"map", "-j", "0", "--"}, append(ok, ":::", "a")...),
		`braid map: invalid argument "-1" for "--retries" flag: want a whole number of at least 0; see braid map --help`:                          append([]string{"map", "--retries", "-1", "--"}, append(ok, ":::", "a")...),
		`braid map: invalid argument "9223372036854775807" for "--retries" flag: want a whole number of at most 2147483647; see braid map --help`: append([]string{"map", "--retries", "9223372036854775807", "--"}, append(ok, ":::", "a")...),
		`braid map: invalid argument "1e-20" for "--timeout" flag: want a time such as 1.5s, 2m or 1h; see braid map --help`:                      append([]string{"map", "--timeout", "1e-20", "--"}, append(ok, ":::", "a")...),
		`braid run: invalid argument "soon" for "--timeout" flag: want a time such as 1.5s, 2m or 1h; see braid run --help`:                       append([]string{"run", "--timeout", "soon", "--"}, ok...),
		`braid run: invalid argument "-1s" for "--grace" flag: want a time such as 1.5s, 2m or 1h; see braid run --help`:                          append([]string{"run", "--grace=-1s", "--"}, ok...),
		`braid run: invalid argument "now" for "--report" flag: want auto, always or never; see braid run --help`:                                 append([]string{"run", "--report=now", "--"}, ok...),
		"braid run: there is no program no-such-program in PATH: check the name":                                                                  append([]string{"run", "--"}, append(ok, ":::", "no-such-program")...),
		"braid run: there is no program ./no-such-program: check the path":                                                                        append([]string{"run", "--"}, append(ok, ":::", "./no-such-program")...),
		`braid run: there is no program "touch x": give a command word by word, or write sh -c "touch x"`:                                         {"run", "--", "touch x"},
		"braid run: " + dir + "/plain is not an executable program: check its permissions":                                                        {"run", "--", dir + "/plain"},
		"braid run: " + dir + " is a folder, and no program":                                                                                      {"run", "--", dir},
		"braid map: cannot read the arguments: open " + dir + "/nothing: no such file or directory":                                               append([]string{"map", "-a", dir + "/nothing", "--"}, ok...),
		"braid map: cannot read the arguments: read " + dir + ": is a directory":                                                                  append([]string{"map", "-a", dir, "--"}, ok...),
		"braid map: arguments come from --arg-file or from behind :::, not from both; see braid map --help":                                       append([]string{"map", "-a", dir + "/plain", "--"}, append(ok, ":::", "a")...),
		`braid map: a second ":::": the arguments are one list; see braid map --help`:                                                             append([]string{"map", "--"}, append(ok, ":::", "a", ":::", "b")...),
	} {
		r := braidRun(t, args...)
		r.want(t, 2, "")
		if r.err != want+"\n" {
			t.Errorf("%q gives\n%swant\n%s", args, r.err, want)
		}
		if _, err := os.Stat(started); err == nil {
			t.Fatalf("%q started something", args)
		}
	}
}

func TestHelpShowsWhichFlagsTakeAValueOnlyBehindAnEqualsSign(t *testing.T) {
	for _, verb := range []string{"run", "map", "first"} {
		contains(t, braidRun(t, verb, "--help").out, "\n      --report[=always]  ", "\n      --inspect[=:0]  ")
	}
}

func TestAnInputThatIsAFolderIsUnreadable(t *testing.T) {
	dir, err := os.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	cmd := exec.Command(program, "map", "--", "echo")
	cmd.Stdin = dir
	out, _ := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != 2 || strings.Count(string(out), "\n") != 1 || !strings.HasPrefix(string(out), "braid map: cannot read the arguments: ") {
		t.Errorf("status %d\n%s", cmd.ProcessState.ExitCode(), out)
	}
}

func TestInputThatBreaksOffIsReportedAfterWhatCouldBeDone(t *testing.T) {
	r := braidWith(t, "a\nb\nc\x00d\n", "map", "--", "echo")
	r.want(t, 2, "a\nb\n")
	contains(t, r.err, "map broke off in ", ": 2 done, 0 failed", "braid map: cannot read the arguments after the first 2: argument 3 has a zero byte in it")
}

func TestHelpIsShortAndNeverAnError(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"help", "map"}, {"run", "--help"}, {"map", "-h"}, {"first", "--help"}, {"ps", "--help"}, {"top", "--help"}} {
		r := braidRun(t, args...)
		if r.status != 0 || r.err != "" || strings.Count(r.out, "\n") > 60 {
			t.Errorf("%q: status %d, %d lines, errors %q", args, r.status, strings.Count(r.out, "\n"), r.err)
		}
		for _, line := range strings.Split(r.out, "\n") {
			if len([]rune(line)) > 100 {
				t.Errorf("%q has a long line: %s", args, line)
			}
		}
	}
}

func FuzzFlagsLeaveTheCommandAlone(f *testing.F) {
	f.Add("--grace 1s -- echo --grace ::: x")
	f.Add("echo --help")
	f.Add("--timeout=1e9 --report x")
	f.Add("--grace NaN")
	f.Fuzz(func(t *testing.T, s string) {
		args := strings.Split(s, " ")
		var o options
		var got []string
		cmd := verb("verb", "", "", &o, func(words []string) error { got = words; return nil })
		cmd.SetArgs(args)
		cmd.SilenceErrors, cmd.SilenceUsage = true, true
		cmd.SetOut(new(strings.Builder))
		if cmd.Execute() != nil || len(got) == 0 {
			return
		}
		if len(got) > len(args) || !slices.Equal(got, args[len(args)-len(got):]) {
			t.Fatalf("%q gives the words %q", args, got)
		}
		if o.grace < 0 || o.timeout < 0 {
			t.Fatalf("%q gives %v and %v", args, o.grace, o.timeout)
		}
	})
}
