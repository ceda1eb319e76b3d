package argv

import (
	"slices"
	"strings"
	"testing"
)

func words(s string) []string { return strings.Fields(s) }

func TestCommandsAreCutAtTheSeparator(t *testing.T) {
	got, err := Commands(words("a b ::: c ::: d ::::"))
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"a", "b"}, {"c"}, {"d", "::::"}}
	if !slices.EqualFunc(got, want, slices.Equal[[]string]) {
		t.Errorf("got %q", got)
	}
}

func TestAMissingCommandIsNamedByItsPlace(t *testing.T) {
	for in, want := range map[string]string{
		"":              "no command given",
		":::":           "no command before the first :::",
		"::: a":         "no command before the first :::",
		"a ::: ::: b":   "no command between two :::",
		"a ::: b :::":   "no command after the last :::",
		"a ::: b ::: ∅": "the name of a program is empty",
	} {
		in := words(in)
		for i := range in {
			in[i] = strings.ReplaceAll(in[i], "∅", "")
		}
		if _, err := Commands(in); err == nil || err.Error() != want {
			t.Errorf("%q gives %v, want %s", in, err, want)
		}
	}
}

func TestAMapHasOneListOfArguments(t *testing.T) {
	tmpl, args, listed, err := Map(words("echo {} ::: a b"))
	if err != nil || !listed || !slices.Equal(tmpl, words("echo {}")) || !slices.Equal(args, words("a b")) {
		t.Errorf("got %q %q %v %v", tmpl, args, listed, err)
	}
	if _, args, listed, err = Map(words("echo :::")); err != nil || !listed || len(args) != 0 {
		t.Errorf("an empty list gives %q %v %v", args, listed, err)
	}
	if _, _, listed, err = Map(words("echo")); err != nil || listed {
		t.Errorf("no list gives %v %v", listed, err)
	}
	for in, want := range map[string]string{
		"":              "no command given",
		"::: a":         "no command before :::",
		"e ::: a ::: b": `a second ":::": the arguments are one list`,
	} {
		if _, _, _, err := Map(words(in)); err == nil || err.Error() != want {
			t.Errorf("%q gives %v, want %s", in, err, want)
		}
	}
}

func TestEveryHoleIsFilled(t *testing.T) {
	for in, want := range map[string]string{
		"cp {} {}.bak": "cp x x.bak",
		"wc -l":        "wc -l x",
		"{}":           "x",
		"a{}b{}c d":    "axbxc d",
	} {
		if got := strings.Join(Template(words(in)).With("x"), " "); got != want {
			t.Errorf("%q gives %q, want %q", in, got, want)
		}
	}
}

func TestLabelsTellCommandsApart(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"/bin/build ::: test -v", "build|test"},
		{"make build ::: make test", "make build|make test"},
		{"make build ::: make test ::: go vet", "make build|make test|go"},
		{"sh -c true ::: sh -c ./serve ::: sh -x", "true|serve|sh"},
		{"sleep 1 ::: sleep 1", "sleep 1#1|sleep 1#2"},
		{"a-very-long-name-indeed x ::: a-very-long-name-indeed y", "a-very-long-n#1|a-very-long-n#2"},
	} {
		commands, err := Commands(words(c.in))
		if err != nil {
			t.Fatal(err)
		}
		got := strings.ReplaceAll(strings.Join(Labels(commands, 16), "|"), "…", "")
		if got != c.want {
			t.Errorf("%s gives %s, want %s", c.in, got, c.want)
		}
	}
}

func TestALabelCannotDisturbTheTerminal(t *testing.T) {
	got := Label([]string{"/usr/bin/sh", "-c", "a\nb\x1b[2Jc\x00"}, 40)
	if got != "a b\ufffd[2Jc\ufffd" {
		t.Errorf("got %q", got)
	}
}

func FuzzCommandsGoTogetherAgain(f *testing.F) {
	for _, s := range []string{"", ":::", "a ::: b", "a b ::: ::: c", "x ::: y :::", "{} ::: {}", "a  b", "a ::: a ::: a#1", "{{}}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		in := strings.Split(s, " ")
		commands, err := Commands(in)
		if err == nil {
			var back []string
			for i, command := range commands {
				if len(command) == 0 || slices.Contains(command, Sep) {
					t.Fatalf("%q gives the command %q", in, command)
				}
				if i > 0 {
					back = append(back, Sep)
				}
				back = append(back, command...)
			}
			if !slices.Equal(back, in) {
				t.Fatalf("%q came back as %q", in, back)
			}
			labels := Labels(commands, 24)
			if len(labels) != len(commands) || !distinct(labels) {
				t.Fatalf("%q has the labels %q", in, labels)
			}
		}
		tmpl, args, listed, err := Map(in)
		if err != nil {
			return
		}
		back := slices.Clone([]string(tmpl))
		if listed {
			back = append(append(back, Sep), args...)
		}
		if !slices.Equal(back, in) {
			t.Fatalf("%q came back as %q", in, back)
		}
		filled := tmpl.With("⚑")
		if !strings.Contains(strings.Join(filled, " "), "⚑") || strings.Contains(strings.Join(filled, " "), Hole) {
			t.Fatalf("%q with an argument is %q", tmpl, filled)
		}
	})
}
