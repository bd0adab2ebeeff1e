package buildplan

import (
	"debug/elf"
	"io"
	"strings"
)

// machines are the processors of platforms, as programs name them.
var machines = map[string]elf.Machine{"linux/amd64": elf.EM_X86_64, "linux/arm64": elf.EM_AARCH64, "linux/arm64/v8": elf.EM_AARCH64}

// runs tells whether the program in a file runs on a platform with a C library.
// A script does not: what it starts is not in the image.
func runs(path, platform, libc string) bool {
	f, err := elf.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	if machine, known := machines[platform]; known && f.Machine != machine {
		return false
	}
	for _, p := range f.Progs {
		if p.Type != elf.PT_INTERP {
			continue
		}
		loader, err := io.ReadAll(io.LimitReader(p.Open(), 4<<10))
		if err != nil {
			return false
		}
		musl := strings.Contains(string(loader), "ld-musl")
		return libc == "" || musl == (libc == "musl")
	}
	return true // static
}
