// What Apache Jena does beside skingraph, timed inside one warm JVM. Run by scale.py:
//   java -cp jena-fuseki-server.jar Answers.java load RULES FILE...
//   java -cp jena-fuseki-server.jar Answers.java ask LIMIT RUNS FILE
// A question is a line of standard input: its name, a query file, then pairs of variable and term,
// with tabs between. Prints one line for each thing done: what, seconds, number, with tabs between.

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.jena.query.QueryCancelledException;
import org.apache.jena.query.QueryExecution;
import org.apache.jena.query.QueryFactory;
import org.apache.jena.query.QuerySolutionMap;
import org.apache.jena.query.ResultSet;
import org.apache.jena.rdf.model.Model;
import org.apache.jena.rdf.model.ModelFactory;
import org.apache.jena.riot.RDFDataMgr;
import org.apache.jena.sparql.engine.binding.Binding;
import org.apache.jena.sparql.util.NodeFactoryExtra;

public class Answers {
    static final double LONG = 2.0;

    public static void main(String[] given) throws Exception {
        List<String> words = Arrays.asList(given);
        if (given[0].equals("load")) {
            load(Path.of(given[1]), words.subList(2, words.size()));
        } else {
            ask(Double.parseDouble(given[1]), Integer.parseInt(given[2]), given[3]);
        }
    }

    static Model read(List<String> files) {
        Model model = ModelFactory.createDefaultModel();
        for (String file : files) {
            RDFDataMgr.read(model, file);
        }
        return model;
    }

    static void load(Path rules, List<String> files) throws Exception {
        long start = System.nanoTime();
        Model model = read(files);
        tell("load", since(start), model.size());
        start = System.nanoTime();
        List<Path> inOrder;
        try (Stream<Path> found = Files.list(rules)) {
            inOrder = found.filter(path -> path.toString().endsWith(".rq")).sorted().toList();
        }
        for (Path rule : inOrder) {
            try (QueryExecution run = QueryExecution.create(Files.readString(rule), model)) {
                model.add(run.execConstruct());
            }
        }
        tell("rules", since(start), model.size());
    }

    static void ask(double limit, int runs, String file) throws Exception {
        Model model = read(List.of(file));
        tell("ready", 0, model.size());
        BufferedReader asked = new BufferedReader(new InputStreamReader(System.in));
        for (String line = asked.readLine(); line != null; line = asked.readLine()) {
            String[] parts = line.split("\t");
            String text = Files.readString(Path.of(parts[1]));
            QuerySolutionMap bound = new QuerySolutionMap();
            for (int at = 2; at + 1 < parts.length; at += 2) {
                bound.add(parts[at], model.asRDFNode(NodeFactoryExtra.parseNode(parts[at + 1])));
            }
            try {
                long rows = 0;
                // The first runs are not counted, since the JVM compiles what it meets often; a long
                // one has been compiled on its way.
                long start = System.nanoTime();
                for (int warm = 0; warm < 20 && (warm == 0 || since(start) < 0.7); warm++) {
                    rows = rows(text, bound, model, limit);
                }
                List<Double> times = new ArrayList<>();
                if (since(start) > LONG) {
                    tell(parts[0], since(start), rows);
                    continue;
                }
                long begun = System.nanoTime();
                for (int run = 0; run < runs && (run == 0 || since(begun) < limit); run++) {
                    start = System.nanoTime();
                    rows = rows(text, bound, model, limit);
                    times.add(since(start));
                }
                Collections.sort(times);
                tell(parts[0], times.get(times.size() / 2), rows);
            } catch (QueryCancelledException stopped) {
                tell(parts[0], limit, -1);
            } catch (Exception | OutOfMemoryError failed) {
                tell(parts[0], limit, -2);
            }
        }
    }

    static long rows(String text, QuerySolutionMap bound, Model model, double limit) {
        long count = 0;
        try (QueryExecution run = QueryExecution.model(model)
                .query(QueryFactory.create(text))
                .substitution(bound)
                .timeout((long) (limit * 1000), TimeUnit.MILLISECONDS)
                .build()) {
            ResultSet found = run.execSelect();
            while (found.hasNext()) {
                Binding row = found.nextBinding();
                row.forEach((variable, term) -> term.hashCode());
                count++;
            }
        }
        return count;
    }

    static double since(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    static void tell(String what, double seconds, long number) {
        System.out.println(what + "\t" + seconds + "\t" + number);
    }
}
