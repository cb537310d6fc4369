package a.b;

import java.util.*;

/**
 * A service.
 */
@Service("x")
public class UserService<T> implements Runnable {
    private static final int MAX_USERS = 3;
    // injected
    private final Repo repo;

    public UserService(Repo repo) { this.repo = repo; }

    /** Finds. */
    @Override
    @Transactional(readOnly = true)
    public Optional<User> find(String id) throws IOException {
        return repo.find(id);
    }
    enum State { ON, OFF; boolean on() { return this == ON; } }
    record Point(int x, int y) { Point { } }
    interface Inner { void go(); }
    @interface Marker {}
}
