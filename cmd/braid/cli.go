package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:                "braid",
		Short:              "Run programs as a structured tree of tasks, with no orphan left behind",
		Long:               rootHelp,
		Version:            version(),
		SilenceErrors:      true,
		SilenceUsage:       true,
		DisableSuggestions: true, // an error is one line
		CompletionOptions:  cobra.CompletionOptions{DisableDefaultCmd: true},
		RunE: func(*cobra.Command, []string) error {
			return errors.New("nothing to do: give run, map, first, worker, ps, top or vet")
		},
	}
	root.SetVersionTemplate("braid {{.Version}}\n")
	root.AddCommand(runCommand(), mapCommand(), firstCommand(), workerCommand(), psCommand(), topCommand(), vetCommand())
	root.SetHelpCommand(&cobra.Command{
		Use:   "help [VERB]",
		Short: "Show what a verb does",
		RunE: func(_ *cobra.Command, words []string) error {
			cmd, rest, err := root.Find(words)
			if err != nil || len(rest) > 0 {
				return fmt.Errorf("there is no verb %q", strings.Join(words, " "))
			}
			return cmd.Help()
		},
	})
	return root
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// options are the flags that all verbs have.
type options struct {
	grace   durationFlag
	timeout durationFlag
	report  reportFlag
	inspect placeFlag // where to serve the tree; empty for nowhere
}

// verb makes a subcommand. Flags end at the first word that is none, so that a
// command's own flags are its own even without "--".
func verb(use, short, long string, o *options, do func(words []string) error) *cobra.Command {
	cmd := &cobra.Command{
		Use: use, Short: short, Long: long,
		DisableFlagsInUseLine: true,
		Args:                  cobra.ArbitraryArgs,
		RunE:                  func(_ *cobra.Command, words []string) error { return do(words) },
	}
	o.grace = durationFlag(5 * time.Second)
	flags := cmd.Flags()
	flags.SetInterspersed(false)
	flags.SortFlags = false
	flags.Var(&o.timeout, "timeout", "stop a command that takes longer than `D` (30s, 2m)")
	flags.Var(&o.grace, "grace", "give a command `D` to end after SIGTERM, before SIGKILL")
	flags.Var(&o.report, "report", "print the report: =auto (if something went wrong), =always, =never")
	flags.Lookup("report").NoOptDefVal = "always"
	flags.Var(&o.inspect, "inspect", "show the tree at an address (:0 is this machine alone, any port)")
	flags.Lookup("inspect").NoOptDefVal = anyPort
	return cmd
}

// durationFlag is a duration of at least zero.
type durationFlag time.Duration

func (d *durationFlag) Set(s string) error {
	v, err := time.ParseDuration(s)
	if seconds, nerr := strconv.ParseFloat(s, 64); nerr == nil {
		v, err = time.Duration(seconds*float64(time.Second)), nil
		if seconds > 1e9 || seconds != seconds || seconds > 0 && v == 0 { // 0 is no limit
			v = -1
		}
	}
	if err != nil || v < 0 {
		return errors.New("want a time such as 1.5s, 2m or 1h")
	}
	*d = durationFlag(v)
	return nil
}

func (d *durationFlag) Type() string { return "duration" }
func (d *durationFlag) String() string {
	if *d == 0 {
		return "" // pflag shows no default then
	}
	return time.Duration(*d).String()
}

const mostCount = math.MaxInt32 // it is counted on from there

// countFlag is a whole number of at least min.
type countFlag struct {
	n, min int
}

func (c *countFlag) Set(s string) error {
	n, err := strconv.Atoi(s)
	if err != nil || n < c.min {
		return fmt.Errorf("want a whole number of at least %d", c.min)
	}
	if n > mostCount {
		return fmt.Errorf("want a whole number of at most %d", mostCount)
	}
	c.n = n
	return nil
}

func (c *countFlag) Type() string   { return "count" }
func (c *countFlag) String() string { return strconv.Itoa(c.n) }

type reportFlag string

func (r *reportFlag) Set(s string) error {
	switch s {
	case "auto", "always", "never":
		*r = reportFlag(s)
		return nil
	}
	return errors.New("want auto, always or never")
}

func (r *reportFlag) Type() string   { return glued }
func (r *reportFlag) String() string { return string(*r) }

// glued is the type of flags that may go without a value: one of theirs stands behind
// an equals sign, and help shows no word for it behind a space.
const glued = "bool"

// placeFlag is an address.
type placeFlag string

func (p *placeFlag) Set(s string) error { *p = placeFlag(s); return nil }
func (p *placeFlag) Type() string       { return glued }
func (p *placeFlag) String() string     { return string(*p) }

// findProgram gives the file of a program, or an error that says what to do.
func findProgram(name string) (string, error) {
	path, err := exec.LookPath(name)
	switch {
	case err == nil:
		return path, nil
	case errors.Is(err, exec.ErrDot):
		return "", noHint("%s is in the current folder: write ./%s to run it", name, name)
	case errors.Is(err, syscall.EISDIR):
		return "", noHint("%s is a folder, and no program", name)
	case errors.Is(err, os.ErrPermission):
		return "", noHint("%s is not an executable program: check its permissions", name)
	case strings.ContainsAny(name, " \t"):
		return "", noHint("there is no program %q: give a command word by word, or write sh -c %q", name, name)
	case strings.Contains(name, "/"):
		return "", noHint("there is no program %s: check the path", name)
	default:
		return "", noHint("there is no program %s in PATH: check the name", name)
	}
}

func noHint(format string, args ...any) error {
	return usageError{fmt.Errorf(format, args...), true}
}
