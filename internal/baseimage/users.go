package baseimage

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// User is a line of /etc/passwd.
type User struct {
	Name     string
	UID, GID int
	Home     string
}

// Group is a line of /etc/group.
type Group struct {
	Name string
	GID  int
}

// Users are the users and groups of an image.
type Users struct {
	Users  []User
	Groups []Group
}

// parseUsers reads /etc/passwd and /etc/group. Lines that are not understood
// are left out, as the C library does.
func parseUsers(passwd, group string) Users {
	var u Users
	for line := range strings.Lines(passwd) {
		f := strings.Split(strings.TrimSpace(line), ":")
		if len(f) < 7 {
			continue
		}
		uid, ok1 := parseID(f[2])
		gid, ok2 := parseID(f[3])
		if ok1 && ok2 && f[0] != "" {
			u.Users = append(u.Users, User{Name: f[0], UID: uid, GID: gid, Home: f[5]})
		}
	}
	for line := range strings.Lines(group) {
		f := strings.Split(strings.TrimSpace(line), ":")
		if len(f) < 4 {
			continue
		}
		if gid, ok := parseID(f[2]); ok && f[0] != "" {
			u.Groups = append(u.Groups, Group{Name: f[0], GID: gid})
		}
	}
	return u
}

func parseID(s string) (int, bool) {
	n, err := strconv.ParseUint(s, 10, 32)
	return int(n), err == nil && n < math.MaxUint32 // the last one means "no change"
}

// ByName finds a user of /etc/passwd.
func (u Users) ByName(name string) (User, bool) {
	for _, user := range u.Users {
		if user.Name == name {
			return user, true
		}
	}
	return User{}, false
}

// Lookup resolves the USER of an image, "name", "name:group" or numbers, as
// container engines do: "" is root, a number need not be in /etc/passwd, and
// without a group it is the user's own or else 0.
func (u Users) Lookup(spec string) (User, error) {
	name, group, grouped := strings.Cut(spec, ":")
	user, ok := u.ByName(name)
	if !ok {
		uid, number := parseID(name)
		switch {
		case name == "":
			uid = 0
		case !number:
			return User{}, fmt.Errorf("user %q is not in the image's /etc/passwd", name)
		}
		user = User{UID: uid, Home: "/"}
		for _, known := range u.Users {
			if known.UID == uid {
				user = known
				break
			}
		}
	}
	if user.Home == "" {
		user.Home = "/"
	}
	if !grouped || group == "" {
		return user, nil
	}
	for _, known := range u.Groups {
		if known.Name == group {
			user.GID = known.GID
			return user, nil
		}
	}
	gid, number := parseID(group)
	if !number {
		return User{}, fmt.Errorf("group %q is not in the image's /etc/group", group)
	}
	user.GID = gid
	return user, nil
}
