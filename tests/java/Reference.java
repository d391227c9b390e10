import java.io.FileOutputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.jena.query.Dataset;
import org.apache.jena.query.Query;
import org.apache.jena.query.QueryExecution;
import org.apache.jena.query.QueryFactory;
import org.apache.jena.query.ResultSetFormatter;
import org.apache.jena.riot.RDFDataMgr;

/**
 * What Apache Jena answers: `java -cp jena-fuseki-server.jar Reference.java DATA FOLDER` writes a
 * .srj file beside each .rq file of the folder.
 */
public class Reference {
    public static void main(String[] arguments) throws Exception {
        Dataset data = RDFDataMgr.loadDataset(arguments[0]);
        List<Path> queries;
        try (Stream<Path> files = Files.list(Path.of(arguments[1]))) {
            queries = files.filter(file -> file.toString().endsWith(".rq")).sorted().toList();
        }
        for (Path file : queries) {
            Query query = QueryFactory.create(Files.readString(file));
            Path answer = Path.of(file.toString().replace(".rq", ".srj"));
            try (QueryExecution run = QueryExecution.create(query, data);
                    OutputStream out = new FileOutputStream(answer.toFile())) {
                if (query.isAskType()) {
                    ResultSetFormatter.outputAsJSON(out, run.execAsk());
                } else {
                    ResultSetFormatter.outputAsJSON(out, run.execSelect());
                }
            } catch (RuntimeException error) {
                // Jena breaks down on a few; these have no answer to compare with.
                Files.delete(answer);
                System.err.println(file.getFileName() + ": " + error);
            }
        }
    }
}
